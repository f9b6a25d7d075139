//! Names that follow from what an image holds: the same content has the same identifiers each time.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::Error;
use crate::cpio::Device;
use crate::tree::{Content, Kind, Node, Tree};

/// An identifier that follows from `bytes`, in the form of a random one.
pub(crate) fn uuid_of(digest: Sha256) -> Uuid {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// Adds a field so that no other fields give the same sum.
pub(crate) fn field(sum: &mut Sha256, bytes: &[u8]) {
    sum.update((bytes.len() as u64).to_le_bytes());
    sum.update(bytes);
}

/// The sum over all that a tree says, and over the files' contents.
pub(crate) fn tree(tree: &Tree) -> Result<Sha256, Error> {
    let mut sum = Sha256::new();
    let links = tree.links();
    for (path, node) in tree.iter() {
        field(&mut sum, path);
        if let Some(first) = links.earlier(path, node) {
            field(&mut sum, first);
            continue;
        }
        about(&mut sum, node);
        if let Kind::File(content) = &node.kind {
            read(&mut sum, content).map_err(|error| cannot_read(content, path, error))?;
        }
    }
    Ok(sum)
}

fn about(sum: &mut Sha256, node: &Node) {
    let (kind, words): (u8, &[u8]) = match &node.kind {
        Kind::Folder => (0, b""),
        Kind::File(_) => (1, b""),
        Kind::Symlink(target) => (2, target),
        Kind::Device(Device::Char { .. }) => (3, b""),
        Kind::Device(Device::Block { .. }) => (4, b""),
        Kind::Pipe => (5, b""),
    };
    let (major, minor) = numbers(node).unwrap_or_default();
    field(sum, &[kind]);
    field(sum, words);
    for number in [major, minor, node.meta.mode, node.meta.uid, node.meta.gid] {
        sum.update(number.to_le_bytes());
    }
    sum.update((node.xattrs.len() as u64).to_le_bytes());
    for (name, value) in &node.xattrs {
        field(sum, name);
        field(sum, value);
    }
}

/// A device's major and minor.
pub(crate) fn numbers(node: &Node) -> Option<(u32, u32)> {
    match node.kind {
        Kind::Device(Device::Char { major, minor } | Device::Block { major, minor }) => {
            Some((major, minor))
        }
        _ => None,
    }
}

fn read(sum: &mut Sha256, content: &Content) -> io::Result<()> {
    sum.update(content.size().to_le_bytes());
    let mut reader = content.open()?;
    let mut buffer = vec![0; 256 << 10];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(()),
            count => sum.update(&buffer[..count]),
        }
    }
}

/// A file of the tree that cannot be read: named as on the host where it is there.
pub(crate) fn cannot_read(content: &Content, path: &[u8], error: io::Error) -> Error {
    match content {
        Content::Host { path, .. } => Error::Io { path: path.clone(), error },
        Content::Bytes(_) => Error::Io { path: path.escape_ascii().to_string().into(), error },
    }
}
