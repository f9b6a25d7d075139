//! Disks with partitions.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use image::disk::gpt::Gpt;
use image::disk::{self, Options, Partition, PartitionKind, Source, Table, grow};
use image::{Error, qcow2};

use crate::fixture::{ask, digest};

fn partition<'a>(
    kind: PartitionKind,
    label: &'a str,
    source: Source<'a>,
    size: u64,
) -> Partition<'a> {
    Partition { kind, label, source, size: (size > 0).then_some(size) }
}

/// An ESP that is filled by a closure, and a root whose image is a file.
fn write(to: &Path, table: Table, size: Option<u64>) {
    let root = to.with_extension("root");
    let image = File::create(&root).unwrap();
    image.set_len(5 << 20).unwrap();
    image.write_all_at(b"root's last bytes", (5 << 20) - 17).unwrap();
    let fill = |disk: &File, offset: u64, size: u64| {
        assert_eq!((offset, size), (1 << 20, 3 << 20));
        disk.write_all_at(b"esp", offset).unwrap();
        Ok(())
    };
    let partitions = [
        partition(PartitionKind::Esp, "EFI system", Source::Fill(&fill), 3 << 20),
        partition(PartitionKind::LinuxRootX86_64, "r\u{f6}\u{f6}t", Source::File(root), 0),
    ];
    disk::write(&partitions, to, &Options { table, size, guid: None }).unwrap();
}

fn verify(disk: &Path) {
    let words = ask("sgdisk", &["-v"], disk);
    assert!(words.contains("No problems found"), "{words}");
    ask("sfdisk", &["--verify", "--quiet"], disk);
}

#[test]
fn a_gpt_disk_is_sound_sparse_and_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
    for to in [&one, &two] {
        write(to, Table::Gpt, Some(1 << 30));
    }
    verify(&one);
    assert_eq!(digest(&one), digest(&two));
    assert!(one.metadata().unwrap().blocks() * 512 < 1 << 20);
    let listing = ask("sfdisk", &["--json"], &one);
    for line in [
        "\"start\": 2048,",
        "\"size\": 6144,",
        "\"type\": \"C12A7328-F81F-11D2-BA4B-00A0C93EC93B\"",
        "\"name\": \"r\u{f6}\u{f6}t\"",
        "\"start\": 8192,",
        "\"size\": 10240,",
    ] {
        assert!(listing.contains(line), "{line} is not in {listing}");
    }
    let disk = fs::read(&one).unwrap();
    assert_eq!(&disk[1 << 20..][..3], b"esp");
    assert_eq!(&disk[(9 << 20) - 17..][..17], b"root's last bytes");
}

#[test]
fn an_mbr_disk_is_what_sfdisk_reads() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("disk");
    write(&to, Table::Mbr, None);
    ask("sfdisk", &["--verify", "--quiet"], &to);
    let listing = ask("sfdisk", &["--dump"], &to);
    assert!(listing.contains("start=        2048, size=        6144, type=ef"), "{listing}");
    assert!(listing.contains("start=        8192, size=       10240, type=83"), "{listing}");
}

#[test]
fn a_disk_that_grows_keeps_a_sound_table_at_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("disk");
    write(&to, Table::Gpt, None);
    let old = fs::read(&to).unwrap();
    grow(&to, 64 << 20, Some(2)).unwrap();
    verify(&to);
    let disk = File::open(&to).unwrap();
    let root = Gpt::read(&disk, 64 << 20).unwrap().unwrap().partitions().nth(1).unwrap();
    assert_eq!(root.extent.offset, 4 << 20);
    assert!(root.extent.size > 59 << 20);
    let new = fs::read(&to).unwrap();
    assert_eq!(new[1 << 20..9 << 20], old[1 << 20..9 << 20]);
    assert!(new[9 << 20..63 << 20].iter().all(|byte| *byte == 0), "the old copy is still there");
    let refused = grow(&to, 65 << 20, Some(1)).unwrap_err();
    assert_eq!(refused.to_string(), "partition `1` cannot grow: the last on the disk is `2`");
    assert!(matches!(grow(&to, 1 << 20, None), Err(Error::TooSmall { .. })));
}

#[test]
fn an_mbr_disk_grows_too() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("disk");
    write(&to, Table::Mbr, None);
    grow(&to, 20 << 20, Some(2)).unwrap();
    assert!(
        ask("sfdisk", &["--dump"], &to).contains("start=        8192, size=       32768, type=83")
    );
}

#[test]
fn a_damaged_table_is_read_from_its_copy() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("disk");
    write(&to, Table::Gpt, None);
    let disk = File::options().read(true).write(true).open(&to).unwrap();
    let size = disk.metadata().unwrap().len();
    let before = Gpt::read(&disk, size).unwrap();
    disk.write_all_at(b"garbage", 600).unwrap();
    assert_eq!(Gpt::read(&disk, size).unwrap(), before);
    disk.write_all_at(b"garbage", size - 500).unwrap();
    assert_eq!(Gpt::read(&disk, size).unwrap(), None);
}

#[test]
fn a_partition_that_cannot_be_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("disk");
    let refused = |partitions: &[Partition<'_>], table| {
        disk::write(partitions, &to, &Options { table, ..Options::default() })
            .unwrap_err()
            .to_string()
    };
    let data = |size| partition(PartitionKind::Data, "data", Source::Empty, size);
    assert_eq!(refused(&[data(0)], Table::Gpt), "the partition `data` has no size");
    assert_eq!(
        refused(&[data(u64::MAX - 600)], Table::Gpt),
        "the partitions are larger than any disk"
    );
    assert_eq!(refused(&[data(3 << 40), data(1)], Table::Mbr), "an MBR ends at 2 TiB");
    let long = "x".repeat(37);
    let named = partition(PartitionKind::Data, &long, Source::Empty, 1);
    assert!(refused(&[named], Table::Gpt).ends_with("has more than 36 characters"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_qcow2_is_sound_small_and_the_same_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("a:disk");
    write(&raw, Table::Gpt, Some(256 << 20));
    for zstd in [false, true] {
        let [one, two] = ["one", "two"].map(|name| {
            let to = folder.path().join(name);
            qcow2::write(&raw, &to, &qcow2::Options { zstd }).unwrap();
            to
        });
        ask("qemu-img", &["check", "-q"], &one);
        ask(
            "qemu-img",
            &["compare", "-q", "-f", "raw", "-F", "qcow2", &format!("file:{}", raw.display())],
            &one,
        );
        assert_eq!(digest(&one), digest(&two));
        assert!(one.metadata().unwrap().len() < 1 << 20);
    }
}
