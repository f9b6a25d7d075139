//! Every name that FAT can have, and those that it cannot.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use image::fat::{FatError, FatKind, Options, plan};
use image::{Device, Kind, Meta, Node, Tree};
use proptest::prelude::*;

use crate::oracle::{bytes, holds, listing, read_by_us, tree, written};

#[test]
fn two_thousand_like_long_names_are_quick_and_all_there() {
    let names: Vec<String> =
        (0..2000).map(|n| format!("a rather long and very like name {n:05}.config")).collect();
    let tree = tree(names.iter().map(String::as_str));
    let begin = Instant::now();
    let image = written(&tree, &Options::default());
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    holds(image.path(), &tree);
}

#[test]
fn names_at_every_limit_are_read_by_everyone() {
    let longest = "n".repeat(255);
    let pairs = "\u{1f600}".repeat(63);
    let wide = "\u{65e5}".repeat(85);
    let image = [
        longest.as_str(),
        &pairs,
        &wide,
        "README.TXT",
        "readme.md",
        "Mixed.Txt",
        "lower",
        "UPPER",
        "12345678.123",
        "123456789.123",
        "12345678.1234",
        "a b",
        "a.b.c",
        ".hidden",
        "..dots",
        "x.tar.gz",
        "+,;=[]",
        "thirteen.unit",
        "LONGFI~1",
        "longfilename",
        "longfilename2",
        "\u{e9}t\u{e9}",
        "stra\u{df}e",
        "\u{3b1}\u{3b2}",
        "nul",
        "a~1",
        "~",
    ];
    let tree = tree(image);
    holds(written(&tree, &Options::default()).path(), &tree);
}

#[test]
fn names_that_differ_only_in_capitals_are_refused_with_both() {
    for (one, other) in [("D/a", "D/A"), ("d/x", "D/y"), ("\u{e9}", "\u{c9}")] {
        let refused = plan(&tree([one, other]), &Options::default()).unwrap_err();
        assert!(matches!(&refused, FatError::Clash { .. }), "{refused}");
    }
    let refused = plan(&tree(["D/a", "D/A"]), &Options::default()).unwrap_err();
    assert_eq!(refused.to_string(), "`D/a` and `D/A` are the same name in a FAT file system");
}

#[test]
fn what_fat_cannot_hold_is_refused_with_its_name_and_a_hint() {
    let link = Node::of(Kind::Symlink(b"x".to_vec()), Meta::root(0o777));
    let device = Node::of(Kind::Device(Device::Char { major: 5, minor: 1 }), Meta::root(0o600));
    for (name, node, text) in [
        ("d/a:b", bytes(""), "`d/a:b` cannot be in a FAT file system: it contains `:`"),
        ("d/l", link, "`d/l` is a symbolic link, which a FAT file system cannot hold"),
        ("d/c", device, "`d/c` is a device, which a FAT file system cannot hold"),
    ] {
        let mut tree = Tree::new();
        tree.add(name, node).unwrap();
        let refused = plan(&tree, &Options::default()).unwrap_err();
        assert_eq!(refused.to_string(), text);
        assert!(refused.hint().is_some());
    }
}

#[test]
fn a_folder_has_no_more_entries_than_fat_allows() {
    let many = |count: u32| {
        let mut tree = Tree::new();
        (0..count).for_each(|n| tree.add(format!("d/{n}"), bytes("")).unwrap());
        plan(&tree, &Options { kind: Some(FatKind::Fat16), ..Options::default() })
    };
    let _ = many(65_534).unwrap();
    let refused = many(65_535).unwrap_err();
    assert_eq!(refused.to_string(), "the folder `/d` takes 65537 entries: it has room for 65536");
}

#[test]
fn the_root_of_fat16_grows_with_the_tree() {
    let names: Vec<String> = (0..3000).map(|n| n.to_string()).collect();
    let tree = tree(names.iter().map(String::as_str));
    let options =
        Options { kind: Some(FatKind::Fat16), label: Some("cidata".into()), ..Options::default() };
    holds(written(&tree, &options).path(), &tree);
}

fn name() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        'a',
        'A',
        'b',
        '.',
        ' ',
        '~',
        '1',
        '+',
        '\u{e9}',
        '\u{65e5}',
        '\u{1f600}',
    ]);
    let last = prop::sample::select(vec!['x', 'Y', '7', '_', '\u{fc}']);
    (prop::collection::vec(odd, 0..30), last)
        .prop_map(|(start, last)| start.into_iter().chain([last]).collect())
}

/// Any tree that FAT can hold.
fn any_tree() -> impl Strategy<Value = Tree> {
    let path = prop::collection::vec(name(), 1..4);
    let content = prop::collection::vec(any::<u8>(), 0..3000);
    prop::collection::vec((path, content), 0..25).prop_map(|files| {
        let (mut tree, mut spelled) = (Tree::new(), BTreeMap::new());
        for (parts, content) in files {
            // What was spelled one way stays so, so that nothing differs in capitals alone.
            let path = parts.iter().fold(String::new(), |above, part| {
                let next = if above.is_empty() { part.clone() } else { format!("{above}/{part}") };
                spelled.entry(next.to_uppercase()).or_insert(next).clone()
            });
            let _taken = tree.add(path, bytes(content));
        }
        tree
    })
}

fn any_options() -> impl Strategy<Value = Options> {
    let kind = prop::sample::select(vec![
        None,
        Some(FatKind::Fat12),
        Some(FatKind::Fat16),
        Some(FatKind::Fat32),
    ]);
    let sector = prop::sample::select(vec![512, 1024, 2048, 4096]);
    (kind, sector, any::<u64>()).prop_map(|(kind, sector, time)| Options {
        kind,
        sector,
        time,
        ..Options::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_comes_back_through_our_reader(tree in any_tree(), options in any_options()) {
        let image = written(&tree, &options);
        prop_assert!(read_by_us(image.path(), 0) == listing(&tree));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_tree_comes_back_through_mtools(tree in any_tree(), options in any_options()) {
        holds(written(&tree, &options).path(), &tree);
    }
}
