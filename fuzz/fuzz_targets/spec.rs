//! Any text as a spec: an answer or an error, never a crash.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = spec::parse(text, Path::new("fuzz.yaml")) {
        assert!(!error.to_string().contains('\x1b'));
    }
});
