//! Trees as initramfs.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use image::cpio::{self, Compression, Options, Packing};
use image::{Kind, Meta, Node, Tree};
use proptest::prelude::*;

use crate::fixture::{Facts, digest, facts, file, system, trees};

fn read_back(path: &Path) -> (Vec<Packing>, Facts) {
    let mut found = Facts::new();
    let input = BufReader::new(File::open(path).unwrap());
    let packings = cpio::read(input, &mut |entry, content| {
        let mut bytes = entry.target.clone().unwrap_or_default();
        content.read_to_end(&mut bytes)?;
        if matches!(entry.mode >> 12, 0o2 | 0o6) {
            bytes = format!("{}:{}", entry.device.0, entry.device.1).into();
        }
        found.insert(entry.path.clone(), (entry.mode, entry.uid, entry.gid, bytes));
        Ok(())
    });
    (packings.unwrap(), found)
}

fn of(compression: Compression) -> Options<'static> {
    Options { time: 1_700_000_000, compression, append: None }
}

#[test]
fn gnu_cpio_lists_what_is_in_the_tree() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("initrd");
    cpio::write(&system(), &to, &of(Compression::None)).unwrap();
    let output = Command::new("cpio")
        .args(["-itvn", "--quiet"])
        .stdin(File::open(&to).unwrap())
        .stderr(Stdio::inherit())
        .env("TZ", "UTC")
        .output()
        .unwrap();
    let listing = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(listing.lines().count(), system().iter().len());
    assert!(
        listing.contains("-rwsr-xr-x   1 0        0          300000 Nov 14  2023 bin/busybox\n")
    );
    assert!(listing.contains("-rw-r-----   1 1000     100000"), "{listing}");
}

#[test]
fn a_packed_archive_is_read_back_and_is_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    for (compression, packing) in [
        (Compression::None, Packing::None),
        (Compression::Gzip, Packing::Gzip),
        (Compression::Zstd, Packing::Zstd),
    ] {
        let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
        cpio::write(&system(), &one, &of(compression)).unwrap();
        cpio::write(&system(), &two, &of(compression)).unwrap();
        assert_eq!(digest(&one), digest(&two));
        assert_eq!(read_back(&one), (vec![packing], facts(&system())));
    }
}

#[test]
fn what_is_appended_comes_after_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("initrd");
    cpio::write(&system(), &to, &of(Compression::Gzip)).unwrap();
    let mut late = Tree::new();
    late.add("bin/busybox", file(b"later")).unwrap();
    for compression in [Compression::Zstd, Compression::None] {
        let options = Options { append: Some(&to), ..of(compression) };
        cpio::write(&late, &to, &options).unwrap();
    }
    let (packings, found) = read_back(&to);
    assert_eq!(packings, [Packing::Gzip, Packing::Zstd, Packing::None]);
    assert_eq!(found["bin/busybox".as_bytes()].3, b"later");
    assert_eq!(found.len(), system().iter().len());
}

#[test]
fn an_archive_by_xz_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("initrd");
    cpio::write(&system(), &to, &of(Compression::None)).unwrap();
    assert!(Command::new("xz").args(["--check=crc32"]).arg(&to).status().unwrap().success());
    let (packings, found) = read_back(&to.with_extension("xz"));
    assert_eq!((packings, found), (vec![Packing::Xz], facts(&system())));
}

#[test]
fn a_node_that_does_not_fit_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut tree = Tree::new();
    let mut node = Node::of(Kind::Folder, Meta::root(0o755));
    node.xattrs.insert(b"user.a".to_vec(), b"b".to_vec());
    tree.add("etc", node).unwrap();
    let refused =
        cpio::write(&tree, &folder.path().join("initrd"), &Options::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`etc` does not fit the format: a cpio archive has no extended attributes"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_grew_since_it_was_looked_at_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from");
    fs::write(&from, "1").unwrap();
    let mut tree = Tree::new();
    tree.graft(b"file", &from).unwrap();
    fs::write(&from, "22").unwrap();
    let refused = cpio::write(&tree, &folder.path().join("to"), &Options::default()).unwrap_err();
    assert!(matches!(refused, image::Error::Changed { .. }), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_comes_back_from_a_cpio_archive(tree in trees(), packed in any::<bool>()) {
        let to = tempfile::NamedTempFile::new().unwrap();
        let compression = if packed { Compression::Gzip } else { Compression::None };
        cpio::write(&tree, to.path(), &of(compression)).unwrap();
        prop_assert_eq!(read_back(to.path()).1, facts(&tree));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        packed in any::<bool>(),
    ) {
        let to = tempfile::NamedTempFile::new().unwrap();
        let mut small = Tree::new();
        small.add("a/b", file(b"content")).unwrap();
        cpio::write(&small, to.path(), &of(if packed { Compression::Zstd } else { Compression::None })).unwrap();
        let mut bytes = fs::read(to.path()).unwrap();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() * 4));
        let _any = cpio::read(bytes.as_slice(), &mut |_, content| io::copy(content, &mut io::sink()).map(drop));
    }
}
