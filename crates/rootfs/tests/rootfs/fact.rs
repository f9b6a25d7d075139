//! What a tree and a folder say of their files, to be compared.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use fetch::Digest;
use image::{Device, Kind, Node, Tree};

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    mode: u32,
    owner: (u32, u32),
    device: (u32, u32),
    xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Where a link leads, or what a file's content is.
    content: String,
    /// The first of its names.
    first: String,
    /// Of folders only where nothing came into them later.
    time: Option<u64>,
}

/// By their paths. The top has none.
pub(crate) type Facts = BTreeMap<String, Fact>;

pub(crate) fn of_tree(tree: &Tree) -> Facts {
    let links = tree.links();
    let fact = |path: &[u8], node: &Node| {
        let (kind, device, content) = match &node.kind {
            Kind::Folder => (0o040_000, (0, 0), String::new()),
            Kind::File(content) => {
                let sum = Digest::of_reader(content.open().unwrap()).unwrap();
                (0o100_000, (0, 0), sum.to_string())
            }
            Kind::Symlink(target) => (0o120_000, (0, 0), shown(target)),
            Kind::Device(Device::Char { major, minor }) => {
                (0o020_000, (*major, *minor), String::new())
            }
            Kind::Device(Device::Block { major, minor }) => {
                (0o060_000, (*major, *minor), String::new())
            }
            Kind::Pipe => (0o010_000, (0, 0), String::new()),
        };
        Fact {
            mode: kind | node.meta.mode,
            owner: (node.meta.uid, node.meta.gid),
            device,
            xattrs: node.xattrs.clone(),
            content,
            first: shown(links.of(node).map_or(path, |(first, _)| first)),
            time: node.time.filter(|_| node.kind != Kind::Folder),
        }
    };
    let all = tree.iter().chain([(&b""[..], tree.top())]);
    all.map(|(path, node)| (shown(path), fact(path, node))).collect()
}

pub(crate) fn of_folder(folder: &Path) -> Facts {
    let mut facts = Facts::new();
    walk(folder, "", &mut facts);
    // So far `first` is what tells a file from all others.
    let mut firsts = BTreeMap::new();
    for (path, fact) in &mut facts {
        fact.first = firsts.entry(fact.first.clone()).or_insert_with(|| path.clone()).clone();
    }
    facts
}

fn walk(at: &Path, path: &str, facts: &mut Facts) {
    let about = at.symlink_metadata().unwrap();
    let kind = about.file_type();
    let content = if kind.is_symlink() {
        shown(fs::read_link(at).unwrap().as_os_str().as_bytes())
    } else if kind.is_file() {
        Digest::of_reader(fs::File::open(at).unwrap()).unwrap().to_string()
    } else {
        String::new()
    };
    let is_device = kind.is_char_device() || kind.is_block_device();
    let numbers = (rustix::fs::major(about.rdev()), rustix::fs::minor(about.rdev()));
    let fact = Fact {
        mode: about.mode(),
        owner: (about.uid(), about.gid()),
        device: if is_device { numbers } else { (0, 0) },
        xattrs: xattrs(at),
        content,
        first: format!("{}:{}", about.dev(), about.ino()),
        time: (!kind.is_dir()).then(|| about.mtime().try_into().unwrap()),
    };
    facts.insert(path.to_owned(), fact);
    if kind.is_dir() {
        for entry in fs::read_dir(at).unwrap() {
            let entry = entry.unwrap();
            let name = shown(entry.file_name().as_bytes());
            let below = if path.is_empty() { name } else { format!("{path}/{name}") };
            walk(&entry.path(), &below, facts);
        }
    }
}

fn xattrs(at: &Path) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut names = vec![0; 64 << 10];
    let size = rustix::fs::llistxattr(at, &mut names[..]).unwrap();
    let names = names[..size].split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let value = |name: &[u8]| {
        let mut value = vec![0; 64 << 10];
        let size = rustix::fs::lgetxattr(at, OsStr::from_bytes(name), &mut value[..]).unwrap();
        value[..size].to_vec()
    };
    names.map(|name| (name.to_vec(), value(name))).collect()
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// Where two differ.
pub(crate) fn differences(ours: &Facts, theirs: &Facts) -> Vec<String> {
    let paths: std::collections::BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
    let differ = paths.into_iter().filter(|path| {
        let (Some(ours), Some(theirs)) = (ours.get(*path), theirs.get(*path)) else { return true };
        ours != theirs
    });
    differ.map(|path| format!("{path}: {:?} {:?}", ours.get(path), theirs.get(path))).collect()
}
