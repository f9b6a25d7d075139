//! What Linux finds when it boots from an initramfs of ours and mounts images of ours. One boot serves all tests.

mod boot;
mod trees;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use image::disk::{self, Partition, PartitionKind, Source, Table};
use image::fat::FatKind;
use image::{cpio, erofs, ext4, fat, qcow2, squashfs};

use crate::fixture::Facts;
use trees::{expected, expected_of_fat};

/// The disks, from `vda` on, each with what Linux has to mount: its partitions, or all of it where there is one thing. A
/// boot takes a third of a second longer for each disk.
const DISKS: [(&str, &[(&str, &str)]); 4] = [
    (
        "gpt",
        &[
            ("fat12", "vfat"),
            ("fat32", "vfat"),
            ("ext4", "ext4"),
            ("erofs", "erofs"),
            ("erofs-lz4", "erofs"),
            ("squashfs-gzip", "squashfs"),
            ("squashfs-zstd", "squashfs"),
        ],
    ),
    ("mbr", &[("mbr-esp", "vfat"), ("mbr-root", "squashfs")]),
    ("qcow2", &[("qcow2-esp", "vfat"), ("qcow2-root", "squashfs")]),
    ("fat16", &[("fat16", "vfat")]),
];

/// What the guest found, by the names of what it mounted.
static FOUND: LazyLock<BTreeMap<String, Facts>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    write_images(folder.path());
    let initrd = folder.path().join("initrd");
    write_initramfs(&initrd);
    boot::boot(folder.path(), &initrd, &DISKS.map(|(name, _)| folder.path().join(name)))
});

fn found(name: &str) -> Facts {
    let mut facts = FOUND.get(name).unwrap_or_else(|| panic!("`{name}` was not mounted")).clone();
    facts.remove(b"lost+found".as_slice());
    facts
}

/// What the guest reads line by line: name, device, kind and options.
fn list() -> String {
    let mut lines = String::new();
    for ((_, parts), letter) in DISKS.iter().zip('a'..) {
        for ((name, kind), number) in parts.iter().zip(1..) {
            let part = if parts.len() > 1 { format!("{number}") } else { String::new() };
            let options = if *kind == "vfat" { "ro,utf8" } else { "ro" };
            lines += &format!("{name} vd{letter}{part} {kind} {options}\n");
        }
    }
    lines
}

/// Three archives, one packed as Linux has always known it, one as it does lately, one not at all.
fn write_initramfs(to: &Path) {
    let trees = [trees::unix(), trees::programs(), trees::work(&list())];
    let compressions = [cpio::Compression::Gzip, cpio::Compression::Zstd, cpio::Compression::None];
    for (number, (tree, compression)) in trees.iter().zip(compressions).enumerate() {
        let append = (number > 0).then_some(to);
        cpio::write(tree, to, &cpio::Options { time: 0, compression, append }).unwrap();
    }
}

fn write_images(folder: &Path) {
    let at = |name: &str| folder.join(name);
    for (name, kind) in
        [("fat12", FatKind::Fat12), ("fat16", FatKind::Fat16), ("fat32", FatKind::Fat32)]
    {
        let options = fat::Options { kind: Some(kind), ..fat::Options::default() };
        fat::write(&trees::fat(), &at(name), &options).unwrap();
    }
    ext4::write(&trees::unix(), &at("ext4"), &ext4::Options::default()).unwrap();
    erofs::write(&trees::unix(), &at("erofs"), &erofs::Options::default()).unwrap();
    let packed = erofs::Options { lz4: true, ..erofs::Options::default() };
    erofs::write(&trees::of_one_owner(), &at("erofs-lz4"), &packed).unwrap();
    for (name, compression) in [
        ("squashfs-gzip", squashfs::Compression::Gzip),
        ("squashfs-zstd", squashfs::Compression::Zstd),
    ] {
        let options = squashfs::Options { time: 0, compression };
        squashfs::write(&trees::unix(), &at(name), &options).unwrap();
    }
    let parts: Vec<_> = DISKS[0].1.iter().map(|(name, _)| from_file(at(name))).collect();
    disk::write(&parts, &at("gpt"), &disk::Options::default()).unwrap();
    write_mbr(at("squashfs-gzip"), &at("mbr"));
    qcow2::write(&at("mbr"), &at("qcow2"), &qcow2::Options { zstd: true }).unwrap();
}

fn from_file(path: PathBuf) -> Partition<'static> {
    Partition { kind: PartitionKind::Data, label: "", source: Source::File(path), size: None }
}

/// A FAT that is written where it belongs, and behind it a `root` that was written before.
fn write_mbr(root: PathBuf, to: &Path) {
    let options = fat::Options { hidden: 2048, ..fat::Options::default() };
    let plan = fat::plan(&trees::esp(), &options).unwrap();
    let fill = |disk: &File, at: u64, _: u64| plan.write(disk, at).map_err(image::Error::Fat);
    let (source, size) = (Source::Fill(&fill), Some(plan.size()));
    let esp = Partition { kind: PartitionKind::Esp, label: "", source, size };
    let options = disk::Options { table: Table::Mbr, ..disk::Options::default() };
    disk::write(&[esp, from_file(root)], to, &options).unwrap();
}

#[test]
fn linux_finds_every_file_in_fat_of_each_kind() {
    for name in ["fat12", "fat16", "fat32"] {
        assert_eq!(found(name), expected_of_fat(&trees::fat()), "{name}");
    }
}

#[test]
fn linux_finds_owners_modes_links_and_devices_in_ext4_erofs_and_squashfs() {
    for name in ["ext4", "erofs", "squashfs-gzip", "squashfs-zstd"] {
        assert_eq!(found(name), expected(&trees::unix()), "{name}");
    }
}

#[test]
fn linux_finds_every_file_in_packed_erofs() {
    assert_eq!(found("erofs-lz4"), expected(&trees::of_one_owner()));
}

#[test]
fn linux_finds_the_partitions_of_an_mbr_and_of_a_qcow2() {
    for disk in ["mbr", "qcow2"] {
        assert_eq!(found(&format!("{disk}-esp")), expected_of_fat(&trees::esp()), "{disk}");
        assert_eq!(found(&format!("{disk}-root")), expected(&trees::unix()), "{disk}");
    }
}

#[test]
fn linux_unpacks_each_archive_over_the_ones_before() {
    let mut all = expected(&trees::unix());
    all.extend(expected(&trees::programs()));
    all.extend(expected(&trees::work(&list())));
    assert_eq!(found("initramfs"), all);
}
