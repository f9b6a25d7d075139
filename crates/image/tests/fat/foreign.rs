//! Images that others wrote, by other means or with bad intent.

use std::fs::{self, File};
use std::io::{Cursor, sink};
use std::process::Command;
use std::sync::LazyLock;

use image::Tree;
use image::fat::{FatError, FatKind, Options, Reader, Size};
use proptest::prelude::*;

use crate::oracle::{listing, mixed, read_by_us, said, tree, written};

/// Reads everything there is.
fn read(image: &[u8]) -> Result<usize, FatError> {
    let mut reader = Reader::new(Cursor::new(image), 0)?;
    let entries = reader.entries()?;
    for entry in &entries {
        reader.copy(entry, &mut sink()).map_err(FatError::Read)?;
    }
    Ok(entries.len())
}

#[test]
fn what_mtools_wrote_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in listing(&mixed()) {
        let host = folder.path().join("tree").join(path);
        match content {
            None => fs::create_dir_all(host).unwrap(),
            Some(content) => fs::write(host, content).unwrap(),
        }
    }
    for bits in ["12", "16", "32"] {
        let image = folder.path().join(bits);
        File::create(&image).unwrap().set_len(64 << 20).unwrap();
        let cluster = if bits == "12" { "64" } else { "1" };
        let cluster = if bits == "16" { "4" } else { cluster };
        said(Command::new("mkfs.fat").args(["-F", bits, "-s", cluster]).arg(&image));
        let tree = ["EFI", "loader", "x", "empty folder", "sizes"]
            .map(|name| folder.path().join("tree").join(name));
        said(Command::new("mcopy").arg("-s").arg("-i").arg(&image).args(tree).arg("::"));
        assert!(read_by_us(&image, 0) == listing(&mixed()), "FAT{bits}");
    }
}

const KINDS: [FatKind; 3] = [FatKind::Fat12, FatKind::Fat16, FatKind::Fat32];

/// One of each kind, as small as it can be.
static IMAGES: LazyLock<[Vec<u8>; 3]> = LazyLock::new(|| KINDS.map(|kind| image(&mixed(), kind)));

fn image(tree: &Tree, kind: FatKind) -> Vec<u8> {
    let label = Some("LABEL".into());
    let options = Options { kind: Some(kind), label, ..Options::default() };
    fs::read(written(tree, &options).path()).unwrap()
}

/// With next to nothing in the files, and the bytes that say something: those that have others than zeros close by.
static SMALL: LazyLock<[(Vec<u8>, Vec<usize>); 3]> = LazyLock::new(|| {
    KINDS.map(|kind| {
        let image = image(&tree(["folder/in a folder/file", "a long file name", "B"]), kind);
        let telling = |row: &usize| image[*row..*row + 32].iter().any(|byte| *byte != 0);
        let rows = (0..image.len()).step_by(32).filter(telling);
        let places = rows.flat_map(|row| row..row + 32).collect();
        (image, places)
    })
});

/// The bytes with others from `at` on.
fn changed(image: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut image = image.to_vec();
    image[at..at + bytes.len()].copy_from_slice(bytes);
    image
}

/// Where the first table is, and where the first short entry named so is.
fn places(image: &[u8], short: &[u8; 11]) -> (usize, usize) {
    let table = usize::from(u16::from_le_bytes([image[14], image[15]])) * 512;
    let entry = (table..image.len()).step_by(32).find(|at| &image[*at..at + 11] == short).unwrap();
    (table, entry)
}

#[test]
fn chains_that_lie_are_errors() {
    let image = &IMAGES[1];
    assert_eq!(read(image).unwrap(), listing(&mixed()).len());
    let (table, large) = places(image, b"70000      ");
    let first = u16::from_le_bytes([image[large + 26], image[large + 27]]);
    let link = table + usize::from(first) * 2;
    for (at, bytes, why) in [
        (link, first.to_le_bytes(), "runs in a circle"),
        (link, [3, 0], "two chains"),
        (link, [0, 0], "cluster 0, which is none"),
        (link, [0xf7, 0xff], "cluster 65527, which is none"),
        (link, [0xff, 0xff], "ends before its size"),
        (large + 26, [1, 0], "cluster 1, which is none"),
        (large, *b"\n0", "the name `sizes/\\n"),
    ] {
        let refused = read(&changed(image, at, &bytes)).unwrap_err();
        assert!(refused.to_string().contains(why), "{refused} instead of {why}");
    }
}

#[test]
fn a_folder_that_is_inside_itself_is_an_error() {
    let image = &IMAGES[2];
    let (_, folder) = places(image, b"BELOW      ");
    let refused = read(&changed(image, folder + 26, &[2, 0])).unwrap_err();
    assert!(refused.to_string().contains("two chains"), "{refused}");
}

#[test]
fn what_is_no_fat_is_said_to_be_none() {
    let mut disk = vec![0; 1 << 20];
    for bytes in [&disk[..0], &disk[..511]] {
        assert!(matches!(read(bytes), Err(FatError::Read(_))));
    }
    assert!(matches!(read(&disk), Err(FatError::NotFat(_))));
    // A disk with a table of partitions has the same signature.
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    assert!(matches!(read(&disk), Err(FatError::NotFat(_))));
    let cut = read(&IMAGES[1][..1 << 20]).unwrap_err();
    assert!(cut.to_string().contains("has 1048576 of"), "{cut}");
}

#[test]
fn a_place_behind_the_end_is_no_fat() {
    let image = written(&mixed(), &Options { size: Size::Bytes(1 << 20), ..Options::default() });
    for at in [1 << 20, 1 << 40, u64::MAX / 2] {
        assert!(Reader::new(File::open(image.path()).unwrap(), at).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_image_with_other_bytes_is_read_or_refused(
        which in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let (image, places) = &SMALL[which];
        let mut image = image.clone();
        for (index, byte) in changes {
            image[*index.get(places)] = byte;
        }
        let _read_or_refused = read(&image);
    }

    #[test]
    fn any_bytes_behind_a_boot_sector_are_read_or_refused(
        noise in prop::collection::vec(any::<u8>(), 16 << 10),
    ) {
        let _read_or_refused = read(&changed(&IMAGES[0], 512, &noise));
    }
}
