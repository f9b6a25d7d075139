//! Trees to write, and the programs that are asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use image::{Content, Device, Kind, Meta, Node, Tree};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// `program` has to succeed; what it printed.
pub(crate) fn ask(program: &str, arguments: &[&str], image: &Path) -> String {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap());
    let output = Command::new(program)
        .args(arguments)
        .arg(image)
        .env("PATH", path)
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}: `./x setup test` installs it"));
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    let failure = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {words}{failure}");
    words
}

pub(crate) fn digest(path: &Path) -> [u8; 32] {
    Sha256::digest(fs::read(path).unwrap()).into()
}

pub(crate) fn file(text: &[u8]) -> Node {
    Node::file(Content::Bytes(text.into()), 0o644)
}

pub(crate) fn owned(mode: u32, uid: u32, gid: u32, kind: Kind) -> Node {
    Node::of(kind, Meta { mode, uid, gid })
}

/// One of each kind, with owners, modes and odd names.
pub(crate) fn system() -> Tree {
    let mut tree = Tree::new();
    let bytes = |size: usize| Kind::File(Content::Bytes(vec![b'x'; size].into()));
    for (path, node) in [
        ("bin/busybox", owned(0o4755, 0, 0, bytes(300_000))),
        ("bin/sh", owned(0o777, 0, 0, Kind::Symlink(b"busybox".to_vec()))),
        ("dev/console", owned(0o600, 0, 5, Kind::Device(Device::Char { major: 5, minor: 1 }))),
        ("dev/vda", owned(0o660, 0, 6, Kind::Device(Device::Block { major: 254, minor: 0 }))),
        ("empty", file(b"")),
        ("home/me", owned(0o700, 1000, 100_000, Kind::Folder)),
        ("home/me/notes", owned(0o640, 1000, 100_000, bytes(5))),
        ("link", owned(0o777, 7, 8, Kind::Symlink(b"/a very long way to go".repeat(5)))),
        ("odd/-f", file(b"option")),
        ("odd/<12>", file(b"number")),
        ("odd/#hash 'and' \"quotes\"\t\\", file(b"quotes")),
        ("odd/\"", file(b"quote")),
        ("odd/caf\u{e9}", file(b"accent")),
        ("pipe", owned(0o620, 9, 10, Kind::Pipe)),
        ("tmp", owned(0o1777, 0, 0, Kind::Folder)),
    ] {
        tree.add(path, node).unwrap();
    }
    tree
}

/// Names of one part, some of which a careless writer would trip over.
fn name() -> impl Strategy<Value = Vec<u8>> {
    let odd = prop::collection::vec(any::<u8>(), 1..20);
    let plain = "[a-z]{1,3}".prop_map(String::into_bytes);
    prop_oneof![plain, odd]
}

fn node() -> impl Strategy<Value = Node> {
    let bytes = prop::collection::vec(any::<u8>(), 0..9000);
    let kind = prop_oneof![
        Just(Kind::Folder),
        bytes.prop_map(|bytes| Kind::File(Content::Bytes(bytes.into()))),
        "[a-z/.\" ]{1,90}".prop_map(|target| Kind::Symlink(target.into_bytes())),
        (0..300_u32, 0..300_u32)
            .prop_map(|(major, minor)| Kind::Device(Device::Block { major, minor })),
    ];
    (kind, 0..=0o7777_u32, any::<u32>(), any::<u32>()).prop_map(|(kind, mode, uid, gid)| {
        let mode = if matches!(kind, Kind::Symlink(_)) { 0o777 } else { mode };
        owned(mode, uid, gid, kind)
    })
}

/// Any tree; what cannot stand in one is left out.
pub(crate) fn trees() -> impl Strategy<Value = Tree> {
    let path = prop::collection::vec(name(), 1..4).prop_map(|parts| parts.join(&b'/'));
    prop::collection::vec((path, node()), 0..12).prop_map(|nodes| {
        let mut tree = Tree::new();
        for (path, node) in nodes {
            let _taken = tree.add(path, node);
        }
        tree
    })
}

/// Any tree of files with several names, attributes and times.
pub(crate) fn rich_trees() -> impl Strategy<Value = Tree> {
    let value = prop::collection::vec(any::<u8>(), 0..700);
    let attributes = || {
        let name = "(user|trusted|security)\\.[a-z]{1,9}".prop_map(String::into_bytes);
        prop::collection::btree_map(name, value.clone(), 0..3)
    };
    let more = prop::collection::vec((attributes(), prop::option::of(0..1_u64 << 33)), 40);
    let links = prop::collection::vec((name(), any::<prop::sample::Index>()), 0..6);
    (trees(), more, links).prop_map(|(plain, more, links)| {
        let mut tree = Tree::new();
        for ((path, node), (xattrs, time)) in plain.iter().zip(more) {
            // Others have none of `user.`.
            let may = matches!(node.kind, Kind::File(_) | Kind::Folder);
            let xattrs = if may { xattrs } else { BTreeMap::new() };
            tree.add(path, Node { xattrs, time, ..node.clone() }).unwrap();
        }
        for (name, target) in links.into_iter().filter(|_| plain.iter().len() > 0) {
            let target = plain.iter().nth(target.index(plain.iter().len())).unwrap().0;
            let _taken = tree.link(&name, target);
        }
        tree
    })
}

/// What a tree says in words that can be compared: for each path its kind with mode, owner, group and content.
pub(crate) type Facts = BTreeMap<Vec<u8>, (u32, u32, u32, Vec<u8>)>;

/// The facts of a tree, with the device's numbers as content.
pub(crate) fn facts(tree: &Tree) -> Facts {
    tree.iter()
        .map(|(path, node)| {
            let (kind, content) = match &node.kind {
                Kind::Folder => (0o040_000, Vec::new()),
                Kind::File(content) => {
                    let mut bytes = Vec::new();
                    std::io::Read::read_to_end(&mut content.open().unwrap(), &mut bytes).unwrap();
                    (0o100_000, bytes)
                }
                Kind::Symlink(target) => (0o120_000, target.clone()),
                Kind::Device(Device::Char { major, minor }) => {
                    (0o020_000, format!("{major}:{minor}").into())
                }
                Kind::Device(Device::Block { major, minor }) => {
                    (0o060_000, format!("{major}:{minor}").into())
                }
                Kind::Pipe => (0o010_000, Vec::new()),
            };
            (path.to_vec(), (kind | node.meta.mode, node.meta.uid, node.meta.gid, content))
        })
        .collect()
}
