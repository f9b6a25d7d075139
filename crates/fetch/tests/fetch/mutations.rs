//! Archives with wrong bytes: never a panic, never a file outside, never more than the limits.

use std::io::{Cursor, Write};

use fetch::archive::Limits;
use proptest::prelude::*;
use tar::EntryType;
use tempfile::TempDir;

use crate::hostile::{tar, unpack_bytes};

fn archives() -> Vec<Vec<u8>> {
    let plain = tar(&[
        ("d/", EntryType::Directory, "", b""),
        ("d/f", EntryType::Regular, "", &[3; 2000]),
        ("d/s", EntryType::Symlink, "f", b""),
        ("h", EntryType::Link, "d/f", b""),
    ]);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("d/f", options).unwrap();
    zip.write_all(&[3; 2000]).unwrap();
    zip.add_symlink("s", "d/f", options).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
    xz.write_all(&plain).unwrap();
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bzip2.write_all(&plain).unwrap();
    vec![
        zip.finish().unwrap().into_inner(),
        gzip.finish().unwrap(),
        xz.finish().unwrap(),
        bzip2.finish().unwrap(),
        zstd::encode_all(&plain[..], 3).unwrap(),
        plain,
    ]
}

/// Makes the sum of each header right again, so that what is wrong in it is looked at.
fn seal(tar: &mut [u8]) {
    for header in tar.chunks_exact_mut(512).filter(|record| record[257..].starts_with(b"ustar")) {
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_wrong_bytes_lead_outside(
        which in 0..6_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = archives().swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        seal(&mut bytes);
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        let folder = TempDir::new().unwrap();
        let limits = Limits { bytes: 100_000, ratio: 1000, entries: 10 };
        if let Ok(unpacked) = unpack_bytes(folder.path(), &bytes, limits) {
            prop_assert!(unpacked.bytes <= limits.bytes && unpacked.entries <= limits.entries);
        }
    }
}
