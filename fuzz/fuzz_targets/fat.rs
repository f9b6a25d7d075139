//! Any image as a FAT file system: read or refused, never a crash, and no more copied out than is in it.

#![no_main]

use std::io::Cursor;

use image::fat::Reader;
use libfuzzer_sys::fuzz_target;

/// The size that the boot sector names has to be there.
const SIZE: usize = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let mut image = bytes.to_vec();
    image.resize(SIZE.max(bytes.len()), 0);
    let size = image.len();
    let Ok(mut reader) = Reader::new(Cursor::new(image), 0) else { return };
    let Ok(entries) = reader.entries() else { return };
    let mut out = Vec::new();
    for entry in &entries {
        let _copied = reader.copy(entry, &mut out);
        assert!(out.len() <= size);
    }
});
