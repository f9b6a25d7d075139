//! What is said of images: of ours, of those that other programs write, and of damaged ones.

use std::fs::{self, File};
use std::io::BufReader;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use image::cpio::{self, Compression, Packing};
use image::disk::{self, PartitionKind, Source, Table};
use image::{
    Device, FileKind, FileSystem, Files, Image, Kind, Tree, erofs, ext4, inspect, qcow2, squashfs,
};
use proptest::prelude::*;

use crate::fixture::{ask, file, system};

fn image(path: &Path) -> Image {
    inspect(path).unwrap().image
}

fn only_system(path: &Path) -> FileSystem {
    match image(path) {
        Image::FileSystem(system) => system,
        other => panic!("{other:?}"),
    }
}

/// Path, kind, size, mode, owner, group and target.
type Row = (String, FileKind, u64, u32, u32, u32, Option<String>);

/// What a complete list says, without the sizes of folders, which are each file system's own.
fn rows(files: &Files) -> Vec<Row> {
    assert_eq!(files.incomplete, None);
    let mut rows: Vec<Row> = files
        .files
        .iter()
        .filter(|file| file.path != "lost+found")
        .map(|file| {
            let size = if file.kind == FileKind::Folder { 0 } else { file.size };
            (file.path.clone(), file.kind, size, file.mode, file.uid, file.gid, file.target.clone())
        })
        .collect();
    rows.sort_by(|one, two| one.0.cmp(&two.0));
    rows
}

fn expected(tree: &Tree) -> Vec<Row> {
    let mut rows: Vec<Row> = tree
        .iter()
        .map(|(path, node)| {
            let (kind, size, target) = match &node.kind {
                Kind::Folder => (FileKind::Folder, 0, None),
                Kind::File(content) => (FileKind::File, content.size(), None),
                Kind::Symlink(to) => {
                    let shown = to.escape_ascii().to_string();
                    (FileKind::Symlink, to.len() as u64, Some(shown))
                }
                Kind::Device(Device::Char { .. }) => (FileKind::CharDevice, 0, None),
                Kind::Device(Device::Block { .. }) => (FileKind::BlockDevice, 0, None),
                Kind::Pipe => (FileKind::Other, 0, None),
            };
            let path = path.escape_ascii().to_string();
            (path, kind, size, node.meta.mode, node.meta.uid, node.meta.gid, target)
        })
        .collect();
    rows.sort_by(|one, two| one.0.cmp(&two.0));
    rows
}

#[test]
fn the_files_of_each_format_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("image");
    let options = ext4::Options { label: "root", ..ext4::Options::default() };
    ext4::write(&system(), &to, &options).unwrap();
    let found = only_system(&to);
    assert_eq!((found.kind, found.label.as_deref()), ("ext4", Some("root")));
    assert_eq!(rows(&found.files), expected(&system()));
    for compression in [squashfs::Compression::Gzip, squashfs::Compression::Zstd] {
        squashfs::write(&system(), &to, &squashfs::Options { time: 0, compression }).unwrap();
        let found = only_system(&to);
        assert_eq!((found.kind, rows(&found.files)), ("squashfs", expected(&system())));
    }
    let options = cpio::Options { compression: Compression::Zstd, ..cpio::Options::default() };
    cpio::write(&system(), &to, &options).unwrap();
    let Image::Initramfs { archives, files } = image(&to) else { panic!() };
    assert_eq!((archives, rows(&files)), (vec![Packing::Zstd], expected(&system())));
}

#[test]
fn large_folders_by_mksquashfs_and_mke2fs_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("image"));
    fs::create_dir_all(from.join("deep/deeper")).unwrap();
    for number in 0..1500 {
        fs::write(from.join(format!("deep/deeper/{number:060}")), [b'z'; 100]).unwrap();
    }
    let mut tree = Tree::new();
    tree.graft(b"", &from).unwrap();
    let source = from.to_str().unwrap();
    for packing in ["gzip", "xz", "zstd"] {
        ask(
            "mksquashfs",
            &[
                source,
                to.to_str().unwrap(),
                "-quiet",
                "-no-progress",
                "-noappend",
                "-all-root",
                "-comp",
            ],
            Path::new(packing),
        );
        assert_eq!(rows(&only_system(&to).files), expected(&tree));
    }
    for kind in ["ext2", "ext3", "ext4"] {
        File::create(&to).unwrap().set_len(16 << 20).unwrap();
        ask("mke2fs", &["-q", "-F", "-N", "3000", "-t", kind, "-d", source], &to);
        let found = only_system(&to);
        assert_eq!(
            (found.kind, found.files.files.len()),
            (kind, 1503),
            "{:?}",
            found.files.incomplete
        );
    }
}

#[test]
fn erofs_is_known_by_its_superblock() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("image");
    let mut tree = Tree::new();
    tree.add("file", file(b"x")).unwrap();
    let options =
        erofs::Options { uuid: Some(image::Uuid::from_u128(7)), ..erofs::Options::default() };
    let written = erofs::write(&tree, &to, &options).unwrap();
    let found = only_system(&to);
    assert_eq!(found.kind, "erofs");
    assert_eq!(found.uuid.unwrap(), "00000000-0000-0000-0000-000000000007");
    assert_eq!(found.used, Some(written.size));
    assert!(found.files.incomplete.is_some());
}

/// A disk with an ext4 and a squashfs.
fn disk_of_two(folder: &Path, table: Table) -> PathBuf {
    let [ext4, squashfs, to] = ["ext4", "squashfs", "disk"].map(|name| folder.join(name));
    let options = ext4::Options { size: ext4::Size::Bytes(12 << 20), ..ext4::Options::default() };
    ext4::write(&system(), &ext4, &options).unwrap();
    squashfs::write(&system(), &squashfs, &squashfs::Options::default()).unwrap();
    let partition =
        |kind, label, path| disk::Partition { kind, label, source: Source::File(path), size: None };
    let partitions = [
        partition(PartitionKind::LinuxRootX86_64, "root", ext4),
        partition(PartitionKind::Data, "data", squashfs),
    ];
    disk::write(&partitions, &to, &disk::Options { table, ..disk::Options::default() }).unwrap();
    to
}

#[test]
fn a_disks_partitions_are_listed_with_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    for (table, name, kind) in
        [(Table::Gpt, "gpt", "linux-root-x86-64"), (Table::Mbr, "mbr", "linux")]
    {
        let Image::Disk { table, partitions } = image(&disk_of_two(folder.path(), table)) else {
            panic!()
        };
        assert_eq!((table, partitions.len()), (name, 2));
        assert_eq!(
            (partitions[0].kind.as_str(), partitions[0].offset, partitions[0].size),
            (kind, 1 << 20, 12 << 20)
        );
        for (partition, kind) in partitions.iter().zip(["ext4", "squashfs"]) {
            let system = partition.file_system.as_ref().unwrap();
            assert_eq!(system.kind, kind);
            assert_eq!(rows(&system.files), expected(&crate::fixture::system()));
        }
    }
}

#[test]
fn a_qcow2_and_something_packed_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let disk = disk_of_two(folder.path(), Table::Gpt);
    let to = folder.path().join("qcow2");
    qcow2::write(&disk, &to, &qcow2::Options { zstd: true }).unwrap();
    let Image::Qcow2(found) = image(&to) else { panic!() };
    assert_eq!((found.version, found.virtual_size), (3, disk.metadata().unwrap().len()));
    assert_eq!((found.compression, found.has_backing_file), ("zstd", false));
    assert!(Command::new("zstd").args(["-q", "-f"]).arg(&disk).status().unwrap().success());
    let packed = image(&disk.with_extension("zst"));
    assert_eq!(packed, Image::Packed { packing: Packing::Zstd });
    fs::write(&to, "a text").unwrap();
    assert_eq!(image(&to), Image::Unknown);
}

#[test]
fn a_report_is_plain_data() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("image");
    let mut tree = Tree::new();
    tree.add("a\x1b", file(b"x")).unwrap();
    cpio::write(&tree, &to, &cpio::Options::default()).unwrap();
    let json = serde_json::to_value(inspect(&to).unwrap()).unwrap();
    let entry = serde_json::json!({ "path": "a\\x1b", "kind": "file", "size": 1, "mode": 0o644, "uid": 0, "gid": 0, "target": null });
    let whole = serde_json::json!({ "size": 512, "image": "initramfs", "archives": ["none"], "files": [entry], "incomplete": null });
    assert_eq!(json, whole);
}

/// An image, and where in it there is something.
struct Sample {
    bytes: Vec<u8>,
    used: Vec<usize>,
}

/// One image of each kind; where there can be sums and packing, also without, so that damage gets further.
fn samples() -> &'static [Sample] {
    static SAMPLES: OnceLock<Vec<Sample>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let disk = disk_of_two(folder.path(), Table::Gpt);
        let [from, ext2, plain, gzip, bare] =
            ["from", "ext2", "plain", "gzip", "bare"].map(|name| folder.path().join(name));
        fs::create_dir_all(from.join("a/b/c")).unwrap();
        fs::write(from.join("a/b/file"), [b'f'; 5000]).unwrap();
        std::os::unix::fs::symlink("b/file", from.join("a/link")).unwrap();
        let source = from.to_str().unwrap();
        File::create(&ext2).unwrap().set_len(1 << 20).unwrap();
        ask("mke2fs", &["-q", "-F", "-O", "none,extent,filetype", "-d", source], &ext2);
        let bare_name = bare.to_str().unwrap();
        ask(
            "mksquashfs",
            &[source, bare_name, "-quiet", "-noI", "-all-root", "-comp"],
            Path::new("gzip"),
        );
        for (to, compression) in [(&plain, Compression::None), (&gzip, Compression::Gzip)] {
            let options = cpio::Options { compression, ..cpio::Options::default() };
            cpio::write(&system(), to, &options).unwrap();
        }
        let packed = folder.path().join("squashfs");
        let sample = |path: &PathBuf| {
            let bytes = fs::read(path).unwrap();
            let used = (0..bytes.len()).filter(|at| bytes[*at] != 0).collect();
            Sample { bytes, used }
        };
        [ext2, plain, gzip, bare, packed, disk].iter().map(sample).collect()
    })
}

/// Writes what is not zero.
fn write_sparse(bytes: &[u8]) -> tempfile::NamedTempFile {
    let to = tempfile::NamedTempFile::new().unwrap();
    to.as_file().set_len(bytes.len() as u64).unwrap();
    for (number, block) in bytes.chunks(4096).enumerate() {
        if block != &[0; 4096][..block.len()] {
            to.as_file().write_all_at(block, number as u64 * 4096).unwrap();
        }
    }
    to
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_damaged_image_makes_it_panic(
        which in 0..6_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 0..20),
        cut in prop::option::weighted(0.1, any::<prop::sample::Index>()),
    ) {
        let Sample { bytes, used } = &samples()[which];
        let mut bytes = bytes.clone();
        for (at, byte, anywhere) in damage {
            // Most of an image is zero: what says something is hit more often.
            let at = if anywhere { at.index(bytes.len()) } else { *at.get(used) };
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let to = write_sparse(&bytes);
        let _any = inspect(to.path()).unwrap();
        let _any = cpio::read(BufReader::new(to.as_file()), &mut |_, _| Ok(()));
    }
}
