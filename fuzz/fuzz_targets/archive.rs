//! Any bytes as an archive: unpacked or refused, never a crash, never outside of the target, nothing half-made.

#![no_main]

use fetch::archive::{Limits, Options, unpack};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    let (packed, out) = (folder.path().join("packed"), folder.path().join("out"));
    std::fs::write(&packed, bytes).expect("written");
    let options =
        Options { limits: Limits { bytes: 1 << 20, ratio: 1000, entries: 100 }, ..Options::default() };
    let is_there = unpack(&packed, &out, &options).is_ok();
    let count = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(count, 1 + usize::from(is_there));
});
