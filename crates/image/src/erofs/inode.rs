//! What stands before a node's content.

use super::attributes;
use super::plan::Place;
use crate::cpio::Device;
use crate::tree::Kind;

/// Without attributes, in bytes: the larger of the two forms, which has times and wide numbers.
pub(super) const SIZE: usize = 64;

/// The bit of the larger form, and the one of a content whose end follows the inode.
const EXTENDED: u16 = 1;
const INLINE: u16 = 2 << 1;

/// The inode with its attributes.
pub(super) fn head(place: &Place<'_>, number: u32, time: u64) -> Vec<u8> {
    let Place { node, xattrs, size, tail, block, links, .. } = place;
    let format = if *tail > 0 { EXTENDED | INLINE } else { EXTENDED };
    let counted = match xattrs.len() {
        0 => 0,
        length => (length - attributes::HEAD) / 4 + 1,
    };
    let place = match node.kind {
        Kind::Device(device) => device.number(),
        _ => *block,
    };
    let mut head = Vec::with_capacity(SIZE + xattrs.len());
    for half in [format, counted as u16, bits(&node.kind) | (node.meta.mode & 0o7777) as u16, 0] {
        head.extend(half.to_le_bytes());
    }
    head.extend(size.to_le_bytes());
    for word in [place, number, node.meta.uid, node.meta.gid] {
        head.extend(word.to_le_bytes());
    }
    head.extend(time.to_le_bytes());
    head.extend([0; 4]);
    head.extend(links.to_le_bytes());
    head.resize(SIZE, 0);
    head.extend_from_slice(xattrs);
    head
}

/// The upper bits of `st_mode`.
fn bits(kind: &Kind) -> u16 {
    match kind {
        Kind::Pipe => 0o010_000,
        Kind::Device(Device::Char { .. }) => 0o020_000,
        Kind::Folder => 0o040_000,
        Kind::Device(Device::Block { .. }) => 0o060_000,
        Kind::File(_) => 0o100_000,
        Kind::Symlink(_) => 0o120_000,
    }
}
