//! Any file as symbols, and any console: frames or an error, and never more of them than the limit.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (Vec<(u64, &str)>, &[u8])| {
    let (lines, file) = input;
    let frames = symbols::frames_in(file, &lines).unwrap_or_default();
    assert!(frames.len() <= 256);
    assert!(frames.iter().all(|frame| frame.function.len() <= 300));
});
