//! Where everything will be: first all inodes, then the blocks of what they hold.

use std::collections::HashMap;

use super::folder::{self, Entry};
use super::{BLOCK, SLOT, SUPERBLOCK, attributes, inode};
use crate::Error;
use crate::cpio::Device;
use crate::layer::split;
use crate::tree::{Kind, Node, Tree};

/// Where the first inode is, in bytes: behind the superblock.
pub(super) const FIRST: u64 = SUPERBLOCK + 128;

/// Beyond these, a device's numbers do not fit their 32 bits.
const LARGEST: (u32, u32) = (0xfff, 0xf_ffff);

/// An inode.
pub(super) struct Place<'a> {
    pub(super) path: &'a [u8],
    pub(super) node: &'a Node,
    /// Where it is, in bytes.
    pub(super) at: u64,
    /// As they follow it.
    pub(super) xattrs: Vec<u8>,
    /// Of its content, in bytes.
    pub(super) size: u64,
    /// How many bytes of the content follow it.
    pub(super) tail: u64,
    /// Where the rest of the content begins.
    pub(super) block: u32,
    pub(super) links: u32,
    /// Names in it, if it is a folder, with the index of each.
    names: Vec<(&'a [u8], usize)>,
    /// The index of the folder above it.
    above: usize,
}

/// All inodes. The first one is the top.
pub(super) struct Plan<'a> {
    pub(super) places: Vec<Place<'a>>,
    /// How many there are in the image.
    pub(super) blocks: u32,
}

impl<'a> Plan<'a> {
    pub(super) fn new(tree: &'a Tree) -> Result<Plan<'a>, Error> {
        let mut plan = Plan { places: vec![Place::new(b"", tree.top(), 0)?], blocks: 0 };
        let mut known = HashMap::from([(&b""[..], 0)]);
        let links = tree.links();
        for (path, node) in tree.iter() {
            let (folder, name) = split(path);
            // A folder comes before what is in it, and the first name before the others.
            let above = known.get(folder).copied().unwrap_or_default();
            let first = links.earlier(path, node).and_then(|first| known.get(first).copied());
            let index = first.unwrap_or(plan.places.len());
            if first.is_none() {
                known.insert(path, index);
                plan.places.push(Place::new(path, node, above)?);
            }
            plan.places[above].names.push((name, index));
            let counted = if node.kind == Kind::Folder { above } else { index };
            plan.places[counted].links += 1;
        }
        plan.lay()?;
        Ok(plan)
    }

    /// Gives everything its place.
    fn lay(&mut self) -> Result<(), Error> {
        let mut at = FIRST;
        for index in 0..self.places.len() {
            let size = match &self.places[index].node.kind {
                Kind::Folder => self.folder(&self.places[index]).len() as u64,
                Kind::File(content) => content.size(),
                Kind::Symlink(target) => target.len() as u64,
                Kind::Device(_) | Kind::Pipe => 0,
            };
            at = self.places[index].lay(at, size);
        }
        // fsck.erofs 1.5 reads a head of attributes behind each inode, also of one that has none.
        let mut next = (at + attributes::HEAD as u64).div_ceil(BLOCK);
        for place in &mut self.places {
            let too_large = || Error::unfit(place.path, "the image is too large with it");
            place.block = u32::try_from(next).map_err(|_| too_large())?;
            next = next.saturating_add((place.size - place.tail).div_ceil(BLOCK));
            self.blocks = u32::try_from(next).map_err(|_| too_large())?;
        }
        Ok(())
    }

    /// What a folder holds.
    pub(super) fn folder(&self, place: &Place<'a>) -> Vec<u8> {
        let entry = |name: &'a [u8], place: &Place<'a>| Entry {
            name,
            at: place.at,
            kind: &place.node.kind,
        };
        let own = [entry(b".", place), entry(b"..", &self.places[place.above])];
        let names = place.names.iter().map(|(name, index)| entry(name, &self.places[*index]));
        let mut entries: Vec<_> = own.into_iter().chain(names).collect();
        entries.sort_by_key(|entry| entry.name);
        folder::blocks(&entries)
    }
}

impl<'a> Place<'a> {
    fn new(path: &'a [u8], node: &'a Node, above: usize) -> Result<Place<'a>, Error> {
        if let Kind::Device(Device::Char { major, minor } | Device::Block { major, minor }) =
            node.kind
            && (major > LARGEST.0 || minor > LARGEST.1)
        {
            return Err(Error::unfit(path, "the device's numbers are too large"));
        }
        let xattrs = attributes::of(path, node)?;
        // A folder is in the one above it, and in itself.
        let links = if node.kind == Kind::Folder { 2 } else { 0 };
        let names = Vec::new();
        Ok(Place { path, node, at: 0, xattrs, size: 0, tail: 0, block: 0, links, names, above })
    }

    /// Takes the first place from `at` on, and gives the end of it. The end of a content comes with its inode where both fit
    /// one block.
    fn lay(&mut self, at: u64, size: u64) -> u64 {
        let head = (inode::SIZE + self.xattrs.len()) as u64;
        self.size = size;
        self.tail = if head + size % BLOCK <= BLOCK { size % BLOCK } else { 0 };
        let together = if self.tail > 0 { head + self.tail } else { inode::SIZE as u64 };
        let at = at.next_multiple_of(SLOT);
        let has_room = at % BLOCK + together <= BLOCK;
        self.at = if has_room { at } else { at.next_multiple_of(BLOCK) };
        self.at + head + self.tail
    }
}
