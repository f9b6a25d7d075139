//! Any file as an image: a report, never a crash, and never more files than the limit.

#![no_main]

use image::{Image, MOST_FILES};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), bytes).expect("written");
    let report = image::inspect(file.path()).expect("a file that can be read");
    if let Image::FileSystem(system) = report.image {
        assert!(system.files.files.len() <= MOST_FILES);
    }
});
