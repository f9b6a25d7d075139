//! Trees as erofs.

use std::fs;

use image::erofs::{self, Options};
use image::{Kind, Tree};

use crate::fixture::{ask, digest, file, owned, system};

/// Files of one owner, with a folder that may not be written into.
fn plain() -> Tree {
    let mut tree = Tree::new();
    for (path, mut node) in [
        ("locked", owned(0o555, 0, 0, Kind::Folder)),
        ("locked/file", file(&[b'e'; 10_000])),
        ("run", file(b"#!")),
        ("sh", owned(0o777, 0, 0, Kind::Symlink(b"run".to_vec()))),
    ] {
        (node.meta.uid, node.meta.gid) = (1000, 100_000);
        tree.add(path, node).unwrap();
    }
    tree
}

#[test]
fn an_image_is_sound_and_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    for lz4 in [false, true] {
        let [one, two] = ["one", "two"].map(|name| {
            let to = folder.path().join(name);
            erofs::write(
                &plain(),
                &to,
                &Options { time: 1_700_000_000, lz4, ..Options::default() },
            )
            .unwrap();
            to
        });
        assert_eq!(digest(&one), digest(&two));
        ask("fsck.erofs", &["--extract"], &one);
        let about = ask("dump.erofs", &["--path=/locked/file"], &one);
        assert!(about.contains("Uid: 1000   Gid: 100000  Access: 0644/rw-r--r--"), "{about}");
        assert!(about.contains("Timestamp: 2023-11-14 22:13:20"), "{about}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn what_would_be_lost_when_packed_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut tree = plain();
    tree.add("alien", file(b"")).unwrap();
    let refused = |tree: &Tree| {
        let options = Options { lz4: true, ..Options::default() };
        erofs::write(tree, &folder.path().join("i"), &options).unwrap_err().to_string()
    };
    let words = refused(&tree);
    assert!(words.contains("it has another owner or group than the first"), "{words}");
    assert!(refused(&system()).starts_with("`dev/console` does not fit the format: only root"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
