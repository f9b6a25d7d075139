//! What goes into an image: folders, files, links and nodes by their paths, whatever writes them.

mod links;

pub use links::Links;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Error;
use crate::cpio::{Device, Meta};
use crate::name::{self, NameFault};

/// A tree of nodes by path, such as `etc/passwd`: relative, without `.` and `..`. Its order is that of the bytes of the
/// paths, so a folder comes before what is in it.
///
/// A file may have several names, hard links: see [`Tree::link`]. Whoever does not ask for [`Tree::links`] finds a file of
/// its own under each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Names of one file share their node.
    pub(crate) nodes: BTreeMap<Vec<u8>, Arc<Node>>,
    /// The folder that holds all.
    pub(crate) top: Node,
}

/// One file, folder, link, device or pipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Mode and owner.
    pub meta: Meta,
    /// Extended attributes by their full names, such as `security.capability`.
    pub xattrs: BTreeMap<Vec<u8>, Vec<u8>>,
    /// When it was changed, in seconds since 1970, where that is known. Only writers that are told to keep times ask for it.
    pub time: Option<u64>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What is in it are nodes of their own.
    Folder,
    /// A regular file.
    File(Content),
    /// It may lead anywhere: the guest resolves it.
    Symlink(Vec<u8>),
    /// Only its numbers; no privilege is needed.
    Device(Device),
    /// A named one.
    Pipe,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Arc<[u8]>),
    /// What a file of the host holds when the image is written.
    Host {
        /// Where it is.
        path: PathBuf,
        /// Its size in bytes when it was looked at. One that has another size when it is read is an error.
        size: u64,
    },
}

impl Content {
    /// In bytes.
    pub fn size(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Host { size, .. } => *size,
        }
    }

    /// The bytes, from the first on.
    ///
    /// # Errors
    /// A file of the host cannot be opened.
    pub fn open(&self) -> io::Result<Box<dyn io::Read + '_>> {
        Ok(match self {
            Content::Bytes(bytes) => Box::new(&bytes[..]),
            Content::Host { path, .. } => Box::new(fs::File::open(path)?),
        })
    }
}

impl Content {
    /// An error unless a file of the host still has its size: for writers that have others read it.
    pub(crate) fn unchanged(&self) -> Result<(), Error> {
        let Content::Host { path, size } = self else { return Ok(()) };
        let found = path.metadata().map_err(Error::io(path))?.len();
        if found == *size { Ok(()) } else { Err(Error::Changed { path: path.clone() }) }
    }
}

impl Node {
    /// A folder of root's, mode 0755.
    pub fn folder() -> Node {
        Node::of(Kind::Folder, Meta::root(0o755))
    }

    /// A file of root's.
    pub fn file(content: Content, mode: u32) -> Node {
        Node::of(Kind::File(content), Meta::root(mode))
    }

    /// Without extended attributes and time.
    pub fn of(kind: Kind, meta: Meta) -> Node {
        Node { kind, meta, xattrs: BTreeMap::new(), time: None }
    }
}

/// Why something cannot stand in a tree.
#[derive(Debug)]
#[non_exhaustive]
pub enum TreeError {
    /// The path is unusable.
    Name {
        /// As it was given.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// There is such a path already.
    Duplicate {
        /// The path.
        name: String,
    },
    /// Something above it is no folder.
    NotAFolder {
        /// The path.
        name: String,
        /// What is above it.
        parent: String,
    },
    /// It is to be one more name of what is not there, or of a folder.
    NoTarget {
        /// The path.
        name: String,
        /// What it leads to.
        target: String,
    },
    /// It is neither a file, nor a folder, nor a link.
    Special {
        /// Where it is on the host.
        path: PathBuf,
    },
    /// The host's file cannot be looked at.
    Io {
        /// Where it is on the host.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TreeError::Name { name, fault } => {
                write!(f, "the name `{name}` cannot be used: {fault}")
            }
            TreeError::Duplicate { name } => write!(f, "`{name}` is there twice"),
            TreeError::NotAFolder { name, parent } => {
                write!(f, "`{name}` cannot be in `{parent}`, which is no folder")
            }
            TreeError::NoTarget { name, target } => {
                write!(f, "`{name}` is linked to `{target}`, and there is no such file")
            }
            TreeError::Special { path } => {
                write!(f, "`{}` is neither a file, nor a folder, nor a link", path.display())
            }
            TreeError::Io { path, error } => write!(f, "cannot read `{}`: {error}", path.display()),
        }
    }
}

impl std::error::Error for TreeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TreeError::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl Default for Tree {
    fn default() -> Tree {
        Tree { nodes: BTreeMap::new(), top: Node::folder() }
    }
}

impl Tree {
    /// An empty one, whose top is root's with mode 0755.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// The folder that holds all.
    pub fn top(&self) -> &Node {
        &self.top
    }

    /// Adds a node. Folders above it that are missing are made as `mkdir -p` of root's makes them: mode 0755, and in a folder
    /// with setgid its group and the bit.
    ///
    /// # Errors
    /// The path is unusable or taken, or leads through something that is no folder.
    pub fn add(&mut self, path: impl AsRef<[u8]>, node: Node) -> Result<(), TreeError> {
        self.place(path.as_ref(), Arc::new(node))
    }

    fn place(&mut self, path: &[u8], node: Arc<Node>) -> Result<(), TreeError> {
        name::check(path).map_err(|fault| TreeError::Name { name: shown(path), fault })?;
        if self.nodes.contains_key(path) {
            return Err(TreeError::Duplicate { name: shown(path) });
        }
        let mut holder = self.top.meta;
        for parent in name::parents(path) {
            let above = self.nodes.entry(parent.to_vec());
            let above = above.or_insert_with(|| made_in(holder).into());
            if above.kind != Kind::Folder {
                return Err(TreeError::NotAFolder { name: shown(path), parent: shown(parent) });
            }
            holder = above.meta;
        }
        self.nodes.insert(path.to_vec(), node);
        Ok(())
    }

    /// Adds a node or puts it in the place of the one that is there. Only a folder gives way to nothing but a folder, and keeps
    /// what is in it.
    pub(crate) fn put(&mut self, path: &[u8], node: Arc<Node>) -> Result<(), TreeError> {
        match self.nodes.get_mut(path) {
            Some(there) if there.kind != Kind::Folder || node.kind == Kind::Folder => *there = node,
            _ => self.place(path, node)?,
        }
        Ok(())
    }

    /// Takes over all nodes of another tree. A folder that is in both, and the top, keeps what it has here.
    ///
    /// # Errors
    /// A path is in both and no folder in one of them, or leads through something that is no folder here. Nodes before it
    /// were taken over.
    pub fn merge(&mut self, other: Tree) -> Result<(), TreeError> {
        let is_folder = |node: Option<&Node>| node.is_some_and(|node| node.kind == Kind::Folder);
        for (path, node) in other.nodes {
            if !is_folder(Some(&node)) || !is_folder(self.get(&path)) {
                self.place(&path, node)?;
            }
        }
        Ok(())
    }

    /// Adds a file, link or folder of the host with all that is in it, owned by root, with the modes that they have. An
    /// empty `at` puts what is in a folder at the top.
    ///
    /// # Errors
    /// As [`Tree::add`]; also if one of them cannot be read, or is a socket, a pipe or a device.
    pub fn graft(&mut self, at: &[u8], host: &Path) -> Result<(), TreeError> {
        let failed = |error| TreeError::Io { path: host.to_owned(), error };
        let about = host.symlink_metadata().map_err(failed)?;
        let meta = Meta::root(about.permissions().mode() & 0o7777);
        if about.is_dir() {
            if !at.is_empty() {
                self.add(at, Node::of(Kind::Folder, meta))?;
            }
            for entry in fs::read_dir(host).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                self.graft(&joined(at, entry.file_name().as_bytes()), &entry.path())?;
            }
            return Ok(());
        }
        let kind = if about.is_symlink() {
            Kind::Symlink(fs::read_link(host).map_err(failed)?.as_os_str().as_bytes().to_vec())
        } else if about.is_file() {
            Kind::File(Content::Host { path: host.to_owned(), size: about.len() })
        } else {
            return Err(TreeError::Special { path: host.to_owned() });
        };
        self.add(at, Node::of(kind, meta))
    }

    /// All nodes, a folder before what is in it.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &Node)> {
        self.nodes.iter().map(|(path, node)| (path.as_slice(), &**node))
    }

    /// An error unless all files of the host still have their sizes.
    pub(crate) fn unchanged(&self) -> Result<(), Error> {
        self.nodes.values().try_for_each(|node| match &node.kind {
            Kind::File(content) => content.unchanged(),
            _ => Ok(()),
        })
    }

    /// The node of a path.
    pub fn get(&self, path: impl AsRef<[u8]>) -> Option<&Node> {
        self.nodes.get(path.as_ref()).map(|node| &**node)
    }
}

/// The folder that the kernel makes for root in such a one.
fn made_in(holder: Meta) -> Node {
    let set_group = holder.mode & 0o2000;
    let gid = if set_group == 0 { 0 } else { holder.gid };
    Node::of(Kind::Folder, Meta { mode: 0o755 | set_group, uid: 0, gid })
}

fn joined(at: &[u8], name: &[u8]) -> Vec<u8> {
    if at.is_empty() { name.to_vec() } else { [at, b"/", name].concat() }
}

fn shown(name: &[u8]) -> String {
    name.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Node {
        Node::file(Content::Bytes(text.as_bytes().into()), 0o644)
    }

    #[test]
    fn folders_above_are_made_and_come_first() {
        let mut tree = Tree::new();
        tree.add("b/c/d", bytes("x")).unwrap();
        tree.add("a", bytes("y")).unwrap();
        let paths: Vec<&[u8]> = tree.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, [b"a".as_slice(), b"b", b"b/c", b"b/c/d"]);
        assert_eq!(tree.get("b/c").unwrap().kind, Kind::Folder);
    }

    #[test]
    fn a_path_is_there_once_and_not_below_a_file() {
        let mut tree = Tree::new();
        tree.add("a", bytes("")).unwrap();
        assert!(matches!(tree.add("a", bytes("")), Err(TreeError::Duplicate { .. })));
        assert!(matches!(tree.add("a/b", bytes("")), Err(TreeError::NotAFolder { .. })));
        assert!(matches!(tree.add("../a", bytes("")), Err(TreeError::Name { .. })));
    }

    #[test]
    fn trees_that_are_merged_may_share_folders_only() {
        let tree = |nodes: &[(&str, Node)]| {
            let mut tree = Tree::new();
            nodes.iter().for_each(|(path, node)| tree.add(path, node.clone()).unwrap());
            tree
        };
        let private = Node::of(Kind::Folder, Meta::root(0o700));
        let mut base = tree(&[("root", private.clone()), ("etc/motd", bytes("hi"))]);
        base.merge(tree(&[("root/key", bytes("x")), ("etc/issue", bytes("y"))])).unwrap();
        let both = [("root", private), ("etc/motd", bytes("hi")), ("root/key", bytes("x"))];
        assert_eq!(base, tree(&[&both[..], &[("etc/issue", bytes("y"))]].concat()));
        for taken in ["etc/motd", "etc"] {
            let refused = base.merge(tree(&[(taken, bytes("hi"))])).unwrap_err();
            assert_eq!(refused.to_string(), format!("`{taken}` is there twice"));
        }
        let refused = base.merge(tree(&[("etc/motd", Node::folder())])).unwrap_err();
        assert_eq!(refused.to_string(), "`etc/motd` is there twice");
    }

    #[test]
    fn a_folder_of_the_host_is_taken_with_its_links_and_modes() {
        let host = tempfile::tempdir().unwrap();
        fs::create_dir(host.path().join("bin")).unwrap();
        fs::write(host.path().join("bin/run"), "#!").unwrap();
        fs::set_permissions(host.path().join("bin/run"), fs::Permissions::from_mode(0o750))
            .unwrap();
        std::os::unix::fs::symlink("/etc/../x", host.path().join("link")).unwrap();
        let mut tree = Tree::new();
        tree.graft(b"", host.path()).unwrap();
        let run = tree.get("bin/run").unwrap();
        let Kind::File(content) = &run.kind else { panic!("{run:?}") };
        assert_eq!((content.size(), run.meta), (2, Meta::root(0o750)));
        assert_eq!(tree.get("link").unwrap().kind, Kind::Symlink(b"/etc/../x".to_vec()));
    }

    #[test]
    fn a_socket_is_refused() {
        let host = tempfile::tempdir().unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(host.path().join("s")).unwrap();
        let refused = Tree::new().graft(b"", host.path());
        assert!(matches!(refused, Err(TreeError::Special { .. })), "{refused:?}");
    }
}
