//! A disk without room: a tmpfs of two megabytes in a name space of our own, which needs no root.

use std::fs;
use std::path::{Path, PathBuf};

use image::disk::{self, PartitionKind, Source};
use image::{Content, Error, Node, Tree, Written, cpio, erofs, ext4, qcow2, squashfs};

const CHILD: &str = "full_disk::writers_on_a_small_disk";

#[test]
fn a_full_disk_is_said_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small");
    fs::create_dir(&small).unwrap();
    let script = r#"mount -t tmpfs -o size=2m none "$1" && exec "$0" --exact --ignored "$2""#;
    let output = testkit::mounting_shell()
        .arg(script)
        .args([std::env::current_exe().unwrap().as_path(), small.as_path(), Path::new(CHILD)])
        .env("SMALL_DISK", &small)
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stdout);
    let failure = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && words.contains("1 passed"), "{words}{failure}");
}

#[test]
#[ignore = "a_full_disk_is_said_and_leaves_nothing starts it"]
fn writers_on_a_small_disk() {
    // All ignored tests are run at once, too.
    let Some(small) = std::env::var_os("SMALL_DISK").map(PathBuf::from) else { return };
    let elsewhere = tempfile::tempdir().unwrap();
    let mut bytes = vec![0; 4 << 20];
    // Does not shrink by packing.
    let mut state = 1_u64;
    bytes.fill_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    });
    let raw = elsewhere.path().join("raw");
    fs::write(&raw, &bytes).unwrap();
    let mut tree = Tree::new();
    tree.add("large", Node::file(Content::Bytes(bytes.into()), 0o644)).unwrap();
    let to = small.join("image");
    let full = |what: &str, done: Result<Written, Error>| {
        let error = done.unwrap_err();
        assert_eq!(error.hint(), "free some space: nothing was left behind", "{what}: {error}");
        assert_eq!(fs::read_dir(&small).unwrap().count(), 0, "{what}");
    };
    full("cpio", cpio::write(&tree, &to, &cpio::Options::default()));
    full("ext4", ext4::write(&tree, &to, &ext4::Options::default()));
    full("squashfs", squashfs::write(&tree, &to, &squashfs::Options::default()));
    full("erofs", erofs::write(&tree, &to, &erofs::Options::default()));
    full("qcow2", qcow2::write(&raw, &to, &qcow2::Options::default()));
    let partition = disk::Partition {
        kind: PartitionKind::Data,
        label: "",
        source: Source::File(raw),
        size: None,
    };
    full("disk", disk::write(&[partition], &to, &disk::Options::default()));
}
