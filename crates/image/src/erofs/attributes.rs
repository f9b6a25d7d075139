//! Extended attributes, as they follow an inode.

use crate::Error;
use crate::tree::Node;

/// What names begin with, and the number that stands for it.
const SPACES: [(&[u8], u8); 5] = [
    (b"user.", 1),
    (b"system.posix_acl_access", 2),
    (b"system.posix_acl_default", 3),
    (b"trusted.", 4),
    (b"security.", 6),
];

/// Before the first one, in bytes: that none are shared.
pub(super) const HEAD: usize = 12;

/// The most that they may take, in bytes: they are counted in fours by 16 bits.
const MOST: usize = 4 * 65_000;

/// All of a node's, with a head if there are any.
pub(super) fn of(path: &[u8], node: &Node) -> Result<Vec<u8>, Error> {
    if node.xattrs.is_empty() {
        return Ok(Vec::new());
    }
    let mut bytes = vec![0; HEAD];
    for (name, value) in &node.xattrs {
        let known =
            SPACES.iter().find_map(|(space, index)| Some((name.strip_prefix(*space)?, index)));
        let (rest, index) = known
            .ok_or_else(|| Error::unfit(path, "it has an attribute that erofs has no name for"))?;
        let (Ok(length), Ok(size)) = (u8::try_from(rest.len()), u16::try_from(value.len())) else {
            return Err(Error::unfit(path, "it has an attribute that is too long"));
        };
        bytes.extend([length, *index]);
        bytes.extend(size.to_le_bytes());
        bytes.extend_from_slice(rest);
        bytes.extend_from_slice(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    if bytes.len() > MOST {
        return Err(Error::unfit(path, "its extended attributes take more than 260,000 bytes"));
    }
    Ok(bytes)
}
