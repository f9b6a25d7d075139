//! How much room a tree needs in ext4.

use std::collections::BTreeMap;

use crate::Error;
use crate::tree::{Kind, Node, Tree};

/// A block, in bytes.
pub(super) const BLOCK: u64 = 4096;

const INODE: u64 = 256;

/// The first numbers are the file system's own.
const OWN_INODES: u64 = 11;

/// What the system itself may add later.
const SPARE_INODES: u64 = 64;

/// Of a folder's block: the sum at its end, and a name that does not fit any more.
const FOLDER_WASTE: u64 = 12 + 264;

/// A shorter target is in the inode itself.
const SHORT_TARGET: usize = 60;

/// The journal may take half of an image, and not a block more.
const LEAST: u64 = 10 << 20;

/// The journal's size in bytes for an image of this size.
pub(super) fn journal(size: u64) -> u64 {
    match size >> 20 {
        ..128 => 4 << 20,
        128..1024 => 16 << 20,
        _ => 64 << 20,
    }
}

/// How many files there can be in an image of this size.
pub(super) fn inodes(tree: &Tree, size: u64) -> u64 {
    (size / (16 << 10)).max(least_inodes(tree))
}

fn least_inodes(tree: &Tree) -> u64 {
    OWN_INODES + SPARE_INODES + tree.iter().len() as u64
}

/// The least size in bytes, a little on the safe side.
pub(super) fn needed(tree: &Tree) -> Result<u64, Error> {
    let mut blocks = 0_u64;
    let mut folders = BTreeMap::<&[u8], u64>::new();
    let links = tree.links();
    for (path, node) in tree.iter() {
        let (parent, name) = crate::layer::split(path);
        *folders.entry(parent).or_default() += (8 + name.len() as u64).next_multiple_of(4);
        if links.earlier(path, node).is_none() {
            blocks = blocks.saturating_add(own_blocks(path, node)?);
        }
    }
    let names: u64 = folders.values().map(|bytes| bytes / (BLOCK - FOLDER_WASTE)).sum();
    let content = blocks.saturating_add(names);
    // An inode for every 16 KiB of the image takes a sixty-fourth of it.
    let tables = (content / 60).max((least_inodes(tree) * INODE).div_ceil(BLOCK));
    // Bitmaps, descriptors, room for more of those, and inodes for the journal's part: less than a fiftieth.
    let content = content.saturating_add(tables + content / 50 + 128).saturating_mul(BLOCK);
    let whole = content.saturating_add(journal(content));
    // The journal is chosen by the whole, so that it can make itself grow.
    Ok(content.saturating_add(journal(whole)).div_ceil(1 << 20).saturating_mul(1 << 20).max(LEAST))
}

fn own_blocks(path: &[u8], node: &Node) -> Result<u64, Error> {
    let own = match &node.kind {
        // A file in many pieces has blocks that say where they are.
        Kind::File(content) => content.size().div_ceil(BLOCK) + content.size() / (16 << 20),
        Kind::Folder => 1,
        Kind::Symlink(target) => u64::from(target.len() >= SHORT_TARGET),
        Kind::Device(_) | Kind::Pipe => 0,
    };
    let pair = |(name, value): (&Vec<u8>, &Vec<u8>)| 16 + (name.len() + value.len() + 6) as u64;
    let attributes = node.xattrs.iter().map(pair).sum::<u64>();
    if attributes + 32 > BLOCK {
        return Err(Error::unfit(path, "its extended attributes take more than a block of 4 KiB"));
    }
    Ok(own + u64::from(attributes > 0))
}
