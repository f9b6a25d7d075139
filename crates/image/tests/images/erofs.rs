//! Trees as erofs.

use std::fs;

use image::erofs::{self, Options};
use image::{Device, Error, Kind, Node, Tree};
use proptest::prelude::*;

use crate::fixture::{ask, digest, file, owned, rich_trees, system};
use crate::mounted::{exact, mounted};

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

/// Writes a tree, has `fsck.erofs` look at it, and gives what Linux finds.
fn kept(tree: &Tree) -> Option<crate::mounted::Exact> {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("image");
    let options = Options { time: 5, keep_times: true, ..Options::default() };
    erofs::write(tree, &to, &options).unwrap();
    ask("fsck.erofs", &["--extract"], &to);
    mounted(&to, "erofs")
}

#[test]
fn owners_modes_attributes_devices_links_and_times_are_kept() {
    let mut tree = system();
    let mut node = Node { time: Some(1 << 33), ..file(&[b'p'; 5000]) };
    node.meta.mode = 0o4711;
    for (name, size) in [("security.capability", 20), ("trusted.large", 9000), ("user.empty", 0)] {
        node.xattrs.insert(name.into(), [1, 0, 0, 2].repeat(size / 4));
    }
    node.xattrs.insert(
        b"security.capability".into(),
        b"\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0".into(),
    );
    tree.add("ping", node).unwrap();
    tree.add("tty", owned(0o620, 1, 5, Kind::Device(Device::Char { major: 4, minor: 70_000 })))
        .unwrap();
    // More names than a block has room for, and contents around its size.
    for number in 0..500 {
        tree.link(format!("many/{number:060}").as_bytes(), b"bin/busybox").unwrap();
    }
    for size in [4031, 4032, 4033, 4095, 4096, 4097, 8191, 8192, 12_288] {
        tree.add(format!("size/{size}"), file(&vec![b's'; size])).unwrap();
    }
    if let Some(found) = kept(&tree) {
        assert_eq!(found, exact(&tree, 5));
    }
}

#[test]
fn an_inode_may_end_where_a_block_does() {
    for longer in 0..32 {
        let mut tree = Tree::new();
        for number in 0..30 {
            // The pipes follow a folder that is longer each time: one of the images ends with the last of them.
            tree.add(format!("{number:014}{}", "x".repeat(longer)), owned(0o600, 0, 0, Kind::Pipe))
                .unwrap();
        }
        kept(&tree);
    }
}

#[test]
fn what_erofs_has_no_place_for_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut strange = file(b"");
    strange.xattrs.insert(b"os2.ea".to_vec(), Vec::new());
    let device = owned(0, 0, 0, Kind::Device(Device::Char { major: 0x1000, minor: 0 }));
    for (node, why) in [
        (strange, "it has an attribute that erofs has no name for"),
        (device, "the device's numbers are too large"),
    ] {
        let mut tree = Tree::new();
        tree.add("x", node).unwrap();
        let refused = erofs::write(&tree, &folder.path().join("i"), &Options::default());
        assert_eq!(refused.unwrap_err().to_string(), format!("`x` does not fit the format: {why}"));
    }
    let options = Options { lz4: true, keep_times: true, ..Options::default() };
    let refused = erofs::write(&plain(), &folder.path().join("i"), &options);
    assert!(matches!(refused, Err(Error::Options(_))));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_comes_back_from_erofs(tree in rich_trees()) {
        if let Some(found) = kept(&tree) {
            prop_assert_eq!(found, exact(&tree, 5));
        }
    }
}
