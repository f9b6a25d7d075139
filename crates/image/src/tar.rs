//! Members of a tar archive into a tree: with owners, all bits of modes, devices, links and extended attributes.

mod error;

pub use error::TarError;

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use tarball::{EntryType, Member, Members};

use crate::cpio::{Device, Meta};
use crate::layer::{self, Layer};
use crate::name;
use crate::tree::{Content, Kind, Node, Tree};

/// A content of so many bytes or more goes to a file of the host.
const LARGE: u64 = 4096;

/// What all that is held in memory may take, in bytes.
const MOST_HELD: u64 = 1 << 30;

/// What a node or an attribute takes besides its bytes, rounded up.
const NODE: u64 = 256;

/// How much is written at once, in bytes.
const CHUNK: usize = 256 << 10;

/// Reads an archive that is not packed into a tree: members with their owners, modes, attributes and times. What comes later takes the place of what was there, as when `tar`
/// unpacks; a folder stays one and keeps what is in it. What is said of the top, `./`, is left out.
///
/// Contents of files from 4 KiB on become numbered files in `scratch`, a folder without such files, which has to stay as
/// long as the tree is in use.
///
/// # Errors
/// The archive cannot be read to its end, or a member cannot stand in a tree: a sparse file, a name that leads outside, a
/// link to a file that did not come before it. What came before stays in the tree.
pub fn read(from: impl Read, scratch: &Path, into: &mut Tree) -> Result<(), TarError> {
    Reader::new(scratch, into, None).all(from)
}

/// Reads the next layer of a container image over what is there, by the OCI image specification: what a member takes the
/// place of goes with all that is below it, unless both are folders; a name that begins with `.wh.` takes away what layers
/// before have put there. Names lead through symbolic links as in a changed root, so never outside. Otherwise as [`read`].
///
/// # Errors
/// As [`read`], but a name that leads upwards stays below the top, and a link may be to a file of a layer before. Also if
/// there are too many links on the way of a name.
pub fn layer(from: impl Read, scratch: &Path, into: &mut Tree) -> Result<(), TarError> {
    Reader::new(scratch, into, Some(Layer::default())).all(from)
}

struct Reader<'a> {
    scratch: &'a Path,
    into: &'a mut Tree,
    /// How many files are in `scratch`.
    files: u64,
    /// In memory, in bytes.
    held: u64,
    chunk: Vec<u8>,
    /// What this layer has done, if it is one.
    layer: Option<Layer>,
}

impl<'a> Reader<'a> {
    fn new(scratch: &'a Path, into: &'a mut Tree, layer: Option<Layer>) -> Reader<'a> {
        Reader { scratch, into, files: 0, held: 0, chunk: vec![0; CHUNK], layer }
    }

    fn all(mut self, from: impl Read) -> Result<(), TarError> {
        let mut members = Members::new(from);
        while let Some(member) = members.next_member().map_err(TarError::Read)? {
            self.take(&member, &mut members)?;
        }
        Ok(())
    }

    fn take(&mut self, member: &Member, contents: &mut impl Read) -> Result<(), TarError> {
        // The oldest archives know no folders.
        let is_folder = member.kind == EntryType::Directory
            || member.kind == EntryType::Regular && member.name.ends_with(b"/");
        let path = self.path(member, &member.name)?;
        if is_folder && path.is_empty() {
            // An archive of a folder of the host says what that folder is, a layer what the root is.
            if self.layer.is_some() {
                self.into.top = node(member, Kind::Folder)?;
            }
            return Ok(());
        }
        if let Some(layer) = &mut self.layer
            && layer.takes_away(self.into, &path).map_err(|why| refused(member, why))?
        {
            return Ok(());
        }
        if let Some(layer) = &mut self.layer {
            layer.make_room(self.into, &path, is_folder);
        }
        let node = match member.kind {
            EntryType::Link => self.linked(member)?,
            _ if is_folder => self.own(node(member, Kind::Folder)?),
            _ => {
                let kind = self.kind(member, contents)?;
                self.own(node(member, kind)?)
            }
        };
        self.put(&path, node)
    }

    /// Where a name leads: nothing is the top.
    fn path(&self, member: &Member, name: &[u8]) -> Result<Vec<u8>, TarError> {
        match &self.layer {
            Some(_) => layer::inside(self.into, name)
                .ok_or_else(|| refused(member, "is behind too many links")),
            None if path_of(name) == b"." => Ok(Vec::new()),
            None => Ok(path_of(name).to_vec()),
        }
    }

    /// A node of its own, whose bytes are held from now on.
    fn own(&mut self, node: Node) -> Arc<Node> {
        self.held += weight(&node);
        Arc::new(node)
    }

    fn put(&mut self, path: &[u8], node: Arc<Node>) -> Result<(), TarError> {
        let before = self.into.iter().len();
        self.into.put(path, node).map_err(TarError::Tree)?;
        // Also the folders above it that were missing.
        let made = self.into.iter().len() - before;
        self.held += made as u64 * (NODE + path.len() as u64);
        if self.held > MOST_HELD { Err(TarError::TooMany) } else { Ok(()) }
    }

    /// What is no folder.
    fn kind(&mut self, member: &Member, contents: &mut impl Read) -> Result<Kind, TarError> {
        match (member.kind, member.device) {
            _ if member.is_sparse => Err(refused(member, "is a sparse file")),
            (EntryType::Regular | EntryType::Continuous, _) => {
                self.content(member.size, contents).map(Kind::File)
            }
            (EntryType::Symlink, _) if name::check_target(&member.link).is_ok() => {
                Ok(Kind::Symlink(member.link.clone()))
            }
            (EntryType::Symlink, _) => Err(refused(member, "is a link that leads nowhere")),
            (EntryType::Char, Some((major, minor))) => {
                Ok(Kind::Device(Device::Char { major, minor }))
            }
            (EntryType::Block, Some((major, minor))) => {
                Ok(Kind::Device(Device::Block { major, minor }))
            }
            (EntryType::Fifo, _) => Ok(Kind::Pipe),
            _ => Err(refused(member, "is neither file, folder, link, device nor pipe")),
        }
    }

    /// The same as an earlier member.
    fn linked(&self, member: &Member) -> Result<Arc<Node>, TarError> {
        let earlier = self.into.nodes.get(&self.path(member, &member.link)?);
        let earlier = earlier.filter(|node| node.kind != Kind::Folder).cloned();
        earlier.ok_or_else(|| refused(member, "is linked to no file before it"))
    }

    fn content(&mut self, size: u64, contents: &mut impl Read) -> Result<Content, TarError> {
        if size >= LARGE {
            return self.spill(size, contents);
        }
        let mut bytes = Vec::new();
        contents.read_to_end(&mut bytes).map_err(TarError::Read)?;
        Ok(Content::Bytes(Arc::from(bytes)))
    }

    fn spill(&mut self, size: u64, contents: &mut impl Read) -> Result<Content, TarError> {
        let path = self.scratch.join(self.files.to_string());
        self.files += 1;
        let failed = |error| TarError::Write { path: path.clone(), error };
        let mut file = File::create_new(&path).map_err(failed)?;
        loop {
            let count = contents.read(&mut self.chunk).map_err(TarError::Read)?;
            if count == 0 {
                return Ok(Content::Host { path, size });
            }
            file.write_all(&self.chunk[..count]).map_err(failed)?;
        }
    }
}

/// What a node holds in memory, in bytes.
fn weight(node: &Node) -> u64 {
    let bytes = match &node.kind {
        Kind::File(Content::Bytes(bytes)) => bytes.len(),
        Kind::Symlink(target) => target.len(),
        _ => 0,
    };
    let attributes =
        node.xattrs.iter().map(|(name, value)| NODE + (name.len() + value.len()) as u64);
    bytes as u64 + attributes.sum::<u64>()
}

fn node(member: &Member, kind: Kind) -> Result<Node, TarError> {
    let number = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
    let (Some(uid), Some(gid)) = (number(member.uid), number(member.gid)) else {
        return Err(refused(member, "has no owner and group that Linux knows"));
    };
    if member.xattrs.keys().any(|name| name::check_component(name).is_err()) {
        return Err(refused(member, "has an attribute without a usable name"));
    }
    // What an archive says of a link's bits, Linux does not.
    let mode = if matches!(kind, Kind::Symlink(_)) { 0o777 } else { member.mode & 0o7777 };
    let meta = Meta { mode, uid, gid };
    let time = Some(member.mtime.as_secs());
    Ok(Node { kind, meta, xattrs: member.xattrs.clone(), time })
}

/// A name without what `tar` puts around it.
fn path_of(name: &[u8]) -> &[u8] {
    let name = name.strip_suffix(b"/").unwrap_or(name);
    name.strip_prefix(b"./").unwrap_or(name)
}

fn refused(member: &Member, why: &'static str) -> TarError {
    let name = member.name.escape_ascii().to_string();
    TarError::Refused { name, why, is_sparse: member.is_sparse }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_that_were_missing_count_too() {
        let mut into = Tree::new();
        let mut reader = Reader::new(Path::new(""), &mut into, None);
        reader.held = MOST_HELD - 3 * NODE;
        reader.put(b"a", Node::folder().into()).unwrap();
        let refused = reader.put(b"b/c", Node::folder().into());
        assert!(matches!(refused, Err(TarError::TooMany)), "{refused:?}");
    }

    #[test]
    fn attributes_count_once_and_each_name_of_them() {
        let mut into = Tree::new();
        let mut reader = Reader::new(Path::new(""), &mut into, None);
        let mut node = Node::folder();
        node.xattrs.insert(b"user.a".to_vec(), vec![0; 1000]);
        let node = reader.own(node);
        reader.put(b"a", node.clone()).unwrap();
        reader.put(b"b", node).unwrap();
        assert_eq!(reader.held, 2 * (NODE + 1) + NODE + 1006);
    }
}
