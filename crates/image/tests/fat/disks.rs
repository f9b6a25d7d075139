//! The host's disk: partitions, what was there before, files that change, no room.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use image::fat::{FatError, Options, Size, plan};
use image::{Content, Node, Tree};

use crate::oracle::{bytes, check, listing, mixed, read_by_mtools, read_by_us, said, written};

/// Where a test that is its own child may fill the disk.
const SMALL_DISK: &str = "IMAGE_TEST_SMALL_DISK";

#[test]
fn a_partition_is_written_between_its_neighbours() {
    const AT: u64 = 1 << 20;
    const SIZE: u64 = 8 << 20;
    let disk = tempfile::NamedTempFile::new().unwrap();
    fs::write(disk.path(), vec![0xee; 10 << 20]).unwrap();
    let options = Options { size: Size::Bytes(SIZE), hidden: 2048, ..Options::default() };
    let file = OpenOptions::new().write(true).open(disk.path()).unwrap();
    plan(&mixed(), &options).unwrap().write(&file, AT).unwrap();
    assert!(read_by_us(disk.path(), AT) == listing(&mixed()));
    assert!(read_by_mtools(disk.path(), AT) == listing(&mixed()));
    let all = fs::read(disk.path()).unwrap();
    assert_eq!(all.len(), 10 << 20);
    let (before, rest) = all.split_at(AT as usize);
    let (partition, after) = rest.split_at(SIZE as usize);
    assert!(before.iter().chain(after).all(|byte| *byte == 0xee));
    // What was there before is gone, so that it is what a fresh file would hold.
    assert!(partition == fs::read(written(&mixed(), &options).path()).unwrap());
}

fn host_file(path: &Path, size: u64) -> Tree {
    let mut tree = Tree::new();
    tree.add("f", Node::file(Content::Host { path: path.to_owned(), size }, 0o644)).unwrap();
    tree
}

#[test]
fn files_of_the_host_are_copied_with_their_holes() {
    let folder = tempfile::tempdir().unwrap();
    for (name, size) in [("small", 5000_u64), ("large", 5_000_001), ("huge", 64 << 20)] {
        let host = folder.path().join(name);
        let file = File::create(&host).unwrap();
        file.set_len(size).unwrap();
        for at in [1, size / 2, size - 9] {
            file.write_all_at(b"12345678", at).unwrap();
        }
        let tree = host_file(&host, size);
        let image = written(&tree, &Options::default());
        check(image.path());
        assert!(read_by_us(image.path(), 0) == listing(&tree), "{name}");
        let allocated = said(Command::new("stat").args(["-c", "%b"]).arg(image.path()));
        assert!(allocated.trim().parse::<u64>().unwrap() < 1024, "{name}: {allocated} blocks");
    }
}

#[test]
fn a_file_that_changes_or_goes_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for size in [100_u64, 1 << 20] {
        let host = folder.path().join("changing");
        fs::write(&host, vec![1; size as usize]).unwrap();
        for announced in [size - 1, size + 1] {
            let image = tempfile::tempfile().unwrap();
            let refused =
                plan(&host_file(&host, announced), &Options::default()).unwrap().write(&image, 0);
            assert!(matches!(&refused, Err(FatError::Changed { .. })), "{refused:?}");
        }
    }
    let gone = folder.path().join("gone");
    let refused = plan(&host_file(&gone, 1), &Options::default())
        .unwrap()
        .write(&tempfile::tempfile().unwrap(), 0);
    let text = refused.unwrap_err().to_string();
    assert!(text.contains("gone") && text.contains("No such file"), "{text}");
}

/// Runs as its own child where there is a disk of 64 KiB.
#[test]
fn a_disk_that_is_full_is_said_with_a_hint() {
    if let Some(disk) = std::env::var_os(SMALL_DISK) {
        return fill(&PathBuf::from(disk));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = testkit::mounting_shell();
    command.arg("mount -t tmpfs -o size=64k none disk && \"$0\" --exact disks::a_disk_that_is_full_is_said_with_a_hint");
    fs::create_dir(folder.path().join("disk")).unwrap();
    command
        .arg(std::env::current_exe().unwrap())
        .current_dir(folder.path())
        .env(SMALL_DISK, folder.path().join("disk"));
    assert!(said(&mut command).contains("1 passed"));
}

fn fill(disk: &Path) {
    let content = tempfile::NamedTempFile::new().unwrap();
    fs::write(content.path(), vec![7; 1 << 20]).unwrap();
    let mut in_memory = Tree::new();
    in_memory.add("f", bytes(vec![7; 1 << 20])).unwrap();
    for tree in [in_memory, host_file(content.path(), 1 << 20)] {
        let image = File::create(disk.join("image")).unwrap();
        let refused = plan(&tree, &Options::default()).unwrap().write(&image, 0).unwrap_err();
        assert!(
            matches!(&refused, FatError::Write(error) | FatError::Copy { error, .. } if error.kind() == ErrorKind::StorageFull),
            "{refused}"
        );
        assert_eq!(refused.hint(), Some("make room on the disk"));
        assert!(
            refused.to_string().ends_with("No space left on device (os error 28)"),
            "{refused}"
        );
    }
}
