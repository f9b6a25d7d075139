//! Kinds, sizes of sectors and clusters, and images that are exactly full.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::process::Command;
use std::time::{Duration, Instant};

use image::fat::{FatError, FatKind, Options, Reader, Size, plan};
use image::{Content, Node, Tree};

use crate::oracle::{bytes, check, holds, mixed, read_by_us, said, written};

const MIB: u64 = 1 << 20;
const KINDS: [FatKind; 3] = [FatKind::Fat12, FatKind::Fat16, FatKind::Fat32];

#[test]
fn every_kind_with_small_and_large_sectors_is_read_by_everyone() {
    for kind in KINDS {
        for sector in [512, 4096] {
            let options = Options {
                kind: Some(kind),
                sector,
                label: Some("A LABEL".into()),
                ..Options::default()
            };
            let tree = mixed();
            let image = written(&tree, &options);
            holds(image.path(), &tree);
            let reader = Reader::new(File::open(image.path()).unwrap(), 0).unwrap();
            assert_eq!((reader.kind(), reader.label()), (kind, Some("A LABEL")));
        }
    }
}

#[test]
fn an_empty_tree_is_an_empty_file_system() {
    for kind in KINDS {
        let image = written(&Tree::new(), &Options { kind: Some(kind), ..Options::default() });
        holds(image.path(), &Tree::new());
    }
}

#[test]
fn kind_and_cluster_are_those_of_mkfs_fat() {
    let sizes = [
        1, 4, 7, 8, 15, 16, 64, 127, 129, 200, 255, 257, 260, 300, 400, 511, 512, 513, 1000, 8191,
        8192, 16_384, 32_768,
    ];
    let forced = [34, 64, 259, 261, 300, 511].map(|size| (size, Some(FatKind::Fat32)));
    for (size, kind) in sizes.map(|size| (size, None)).into_iter().chain(forced) {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(size * MIB).unwrap();
        let flags: &[&str] = if kind.is_some() { &["-F", "32"] } else { &[] };
        said(
            Command::new("mkfs.fat")
                .args(flags)
                .args(["-i", "0000beef", "-n", "THEIRS"])
                .arg(file.path()),
        );
        let mut theirs = Reader::new(File::open(file.path()).unwrap(), 0).unwrap();
        assert_eq!((theirs.serial(), theirs.label()), (0xbeef, Some("THEIRS")));
        assert!(theirs.entries().unwrap().is_empty());
        let ours = plan(
            &Tree::new(),
            &Options { kind, size: Size::Bytes(size * MIB), ..Options::default() },
        )
        .unwrap();
        assert_eq!((ours.kind(), ours.cluster()), (theirs.kind(), theirs.cluster()), "{size} MiB");
        assert_eq!(ours.size(), size * MIB);
    }
}

fn one_file(size: usize) -> Tree {
    let mut tree = Tree::new();
    tree.add("file", bytes(vec![0xa5; size])).unwrap();
    tree
}

#[test]
fn an_image_is_filled_to_the_last_cluster_and_not_further() {
    for (kind, size) in
        [(FatKind::Fat12, MIB), (FatKind::Fat16, 9 * MIB), (FatKind::Fat32, 40 * MIB)]
    {
        let options = Options { kind: Some(kind), size: Size::Bytes(size), ..Options::default() };
        let fits = |bytes: usize| plan(&one_file(bytes), &options).is_ok();
        let (mut most, mut step) = (0, (size as usize).next_power_of_two());
        while step > 0 {
            most += if fits(most + step) { step } else { 0 };
            step /= 2;
        }
        let full = written(&one_file(most), &options);
        holds(full.path(), &one_file(most));
        let free = said(Command::new("mdir").arg("-i").arg(full.path()).arg("::"));
        assert!(free.contains(" 0 bytes free"), "{free}");
        let refused = plan(&one_file(most + 1), &options).unwrap_err();
        let FatError::TooSmall { needed, .. } = refused else { panic!("{refused}") };
        assert!(needed > size && needed < size + MIB / 8, "{kind}: {needed}");
        let larger = Options { size: Size::Bytes(needed), ..options.clone() };
        holds(written(&one_file(most + 1), &larger).path(), &one_file(most + 1));
        let less = Options { size: Size::Bytes(needed - 512), ..options };
        assert!(plan(&one_file(most + 1), &less).is_err(), "{kind}: {needed} is not the least");
    }
}

#[test]
fn what_is_not_possible_is_refused() {
    let options = Options::default();
    for (options, text) in [
        (Options { sector: 513, ..options.clone() }, "`513` bytes are no size of a sector"),
        (Options { cluster: Some(256), ..options.clone() }, "`256` bytes are no size of a cluster"),
        (
            Options { label: Some("a*b".into()), ..options.clone() },
            "`a*b` cannot be the label of a FAT file system",
        ),
        (
            Options { kind: Some(FatKind::Fat12), size: Size::Bytes(1 << 30), ..options.clone() },
            "1073741824 bytes are too many for this kind and cluster size of FAT",
        ),
    ] {
        assert_eq!(plan(&Tree::new(), &options).unwrap_err().to_string(), text);
    }
    let tiny = Options { kind: Some(FatKind::Fat32), size: Size::Bytes(MIB), ..options };
    let refused = plan(&Tree::new(), &tiny).unwrap_err();
    assert!(
        matches!(refused, FatError::TooSmall { needed, .. } if needed > 65_525 * 512),
        "{refused}"
    );
}

#[test]
fn an_image_above_four_gib_stays_sparse_and_is_quick() {
    let folder = tempfile::tempdir().unwrap();
    let mut tree = mixed();
    for (name, size) in [("large", (4 << 30) - 4096), ("second", 3 << 30)] {
        let host = folder.path().join(name);
        File::create(&host).unwrap().set_len(size).unwrap();
        tree.add(name, Node::file(Content::Host { path: host, size }, 0o644)).unwrap();
    }
    tree.add("zz last", bytes("behind all of it")).unwrap();
    let begin = Instant::now();
    let image = written(&tree, &Options::default());
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    let about = image.as_file().metadata().unwrap();
    assert!(about.len() > 7 << 30 && about.blocks() * 512 < 32 * MIB, "{about:?}");
    check(image.path());
    let last = said(Command::new("mtype").arg("-i").arg(image.path()).arg("::zz last"));
    assert_eq!(last, "behind all of it");
    // `fsck.fat` counts the clusters of one that ends in its last byte as none.
    let most = Content::Host { path: folder.path().join("large"), size: u64::from(u32::MAX) };
    tree.add("largest", Node::file(most, 0o644)).unwrap();
    let _ = plan(&tree, &Options::default()).unwrap();
    let one_more = Content::Host { path: folder.path().join("large"), size: 1 << 32 };
    tree.add("too large", Node::file(one_more, 0o644)).unwrap();
    let refused = plan(&tree, &Options::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`too large` has 4294967296 bytes: a file in FAT has less than 4 GiB"
    );
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let options = Options { time: 1_700_000_000, ..Options::default() };
    let image = || std::fs::read(written(&mixed(), &options).path()).unwrap();
    let first = image();
    assert!(first == image());
    let serial = |tree: &Tree| {
        Reader::new(File::open(written(tree, &options).path()).unwrap(), 0).unwrap().serial()
    };
    assert_ne!(serial(&mixed()), serial(&one_file(3)));
    let listed =
        said(Command::new("mdir").arg("-i").arg(written(&mixed(), &options).path()).arg("::x"));
    assert!(listed.contains("2023-11-14  22:13"), "{listed}");
}

#[test]
fn automatic_sizes_have_room_left_and_are_whole_mib() {
    for size in [0, 1, MIB as usize - 1, 5 * MIB as usize, 40 * MIB as usize] {
        let plan = plan(&one_file(size), &Options::default()).unwrap();
        assert!(plan.size().is_multiple_of(MIB) && plan.size() >= (size + size / 16) as u64);
        assert!(plan.size() <= (size + size / 16) as u64 + 2 * MIB, "{size}: {}", plan.size());
    }
}

#[test]
fn clusters_that_were_asked_for_decide_the_kind() {
    for (cluster, kind) in
        [(64 << 10, FatKind::Fat12), (2048, FatKind::Fat16), (512, FatKind::Fat32)]
    {
        let options =
            Options { cluster: Some(cluster), size: Size::Bytes(64 * MIB), ..Options::default() };
        let image = written(&mixed(), &options);
        assert_eq!(Reader::new(File::open(image.path()).unwrap(), 0).unwrap().kind(), kind);
        assert!(read_by_us(image.path(), 0) == crate::oracle::listing(&mixed()));
        check(image.path());
    }
}
