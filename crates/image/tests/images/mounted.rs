//! What the kernel of this host finds in an image, as GNU tar packs it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use image::{Kind, Node, Tree};
use sha2::{Digest, Sha256};

use crate::fixture::facts;

/// Kind with mode, owner, group, content, attributes, time, and under which name it came first.
pub(crate) type Exact = BTreeMap<Vec<u8>, (u32, u32, u32, Vec<u8>, Attributes, u64, Vec<u8>)>;
type Attributes = BTreeMap<Vec<u8>, Vec<u8>>;

/// All that a tree says, with its top as `/`; what has no time is dated `time`.
pub(crate) fn exact(tree: &Tree, time: u64) -> Exact {
    let links = tree.links();
    let whole = |path: &[u8], node: &Node, (mode, uid, gid, content): (_, _, _, Vec<u8>)| {
        // GNU tar takes no notice of further names of devices and pipes.
        let is_special = matches!(node.kind, Kind::Device(_) | Kind::Pipe);
        let first =
            links.of(node).filter(|_| !is_special).map_or(path, |(first, _)| first).to_vec();
        let content = if content.len() > 100 { Sha256::digest(&content).to_vec() } else { content };
        (mode, uid, gid, content, node.xattrs.clone(), node.time.unwrap_or(time), first)
    };
    let nodes = facts(tree).into_iter().map(|(path, fact)| {
        let node = tree.get(&path).unwrap();
        (path.clone(), whole(&path, node, fact))
    });
    let mut exact: Exact = nodes.collect();
    let (top, meta) = (tree.top(), tree.top().meta);
    assert_eq!(top.kind, Kind::Folder);
    let fact = (0o040_000 | meta.mode, meta.uid, meta.gid, Vec::new());
    exact.insert(b"/".to_vec(), whole(b"/", top, fact));
    exact
}

/// What is found; nothing where only root may ask.
pub(crate) fn mounted(image: &Path, kind: &str) -> Option<Exact> {
    if !rustix::process::getuid().is_root() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("mnt")).unwrap();
    let script = r#"mount -t "$1" -o loop,ro "$2" "$3/mnt" && tar --format=posix --xattrs --xattrs-include='*' \
        --numeric-owner -cf "$3/tar" -C "$3/mnt" ."#;
    let mut shell = testkit::mounting_shell();
    shell.args([script, "sh", kind]).arg(image).arg(folder.path());
    assert!(shell.status().unwrap().success());
    let mut tree = Tree::new();
    let tar = File::open(folder.path().join("tar")).unwrap();
    image::tar::layer(tar, folder.path(), &mut tree).unwrap();
    Some(exact(&tree, 0))
}
