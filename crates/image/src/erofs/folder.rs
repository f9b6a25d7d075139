//! What a folder holds: blocks that each begin with numbers and end with the names.

use super::{BLOCK, SLOT};
use crate::cpio::Device;
use crate::tree::Kind;

/// What an entry takes besides its name, in bytes.
const ENTRY: usize = 12;

/// A name in a folder.
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    /// Where its inode is, in bytes.
    pub(super) at: u64,
    pub(super) kind: &'a Kind,
}

/// All blocks; the last one ends with its last name. The names have to be in order.
pub(super) fn blocks(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = entries;
    while !rest.is_empty() {
        // What a block has room for: it is never less than one.
        let mut room = BLOCK as usize;
        let fits = |entry: &&Entry<'_>| {
            let left = room.checked_sub(ENTRY + entry.name.len());
            left.map(|left| room = left).is_some()
        };
        let (block, later) = rest.split_at(rest.iter().take_while(fits).count());
        bytes.resize(bytes.len().next_multiple_of(BLOCK as usize), 0);
        append(block, &mut bytes);
        rest = later;
    }
    bytes
}

fn append(block: &[Entry<'_>], bytes: &mut Vec<u8>) {
    let mut offset = block.len() * ENTRY;
    for entry in block {
        bytes.extend((entry.at / SLOT).to_le_bytes());
        bytes.extend((offset as u16).to_le_bytes());
        bytes.extend([code(entry.kind), 0]);
        offset += entry.name.len();
    }
    block.iter().for_each(|entry| bytes.extend_from_slice(entry.name));
}

fn code(kind: &Kind) -> u8 {
    match kind {
        Kind::File(_) => 1,
        Kind::Folder => 2,
        Kind::Device(Device::Char { .. }) => 3,
        Kind::Device(Device::Block { .. }) => 4,
        Kind::Pipe => 5,
        Kind::Symlink(_) => 7,
    }
}
