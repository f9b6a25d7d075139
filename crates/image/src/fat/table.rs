//! The table that says for each cluster which one follows.

use super::bytes::low;
use super::options::FatKind;

/// The table for files that each are in one piece, one behind the other from cluster 2 on: how many clusters each has.
pub(crate) fn in_pieces(kind: FatKind, lengths: impl Iterator<Item = u32>) -> Vec<u8> {
    let mut table = Table { kind, bytes: Vec::new(), entries: 0 };
    // The media type, then the flags of a volume that was closed in order.
    table.push(kind.end() & !0xff | 0xf8);
    table.push(kind.end());
    for length in lengths {
        for _ in 1..length {
            table.push(table.entries + 1);
        }
        table.push(kind.end());
    }
    table.bytes
}

struct Table {
    kind: FatKind,
    bytes: Vec<u8>,
    entries: u32,
}

impl Table {
    fn push(&mut self, entry: u32) {
        match self.kind {
            FatKind::Fat12 if self.entries.is_multiple_of(2) => {
                self.bytes.extend(low(entry));
            }
            // The upper half of the byte before is still free.
            FatKind::Fat12 => {
                if let Some(last) = self.bytes.last_mut() {
                    *last |= (entry << 4) as u8;
                }
                self.bytes.push((entry >> 4) as u8);
            }
            FatKind::Fat16 => self.bytes.extend(low(entry)),
            FatKind::Fat32 => self.bytes.extend(entry.to_le_bytes()),
        }
        self.entries += 1;
    }
}

/// Where the entry of a cluster begins in the table, in bytes.
pub(crate) fn place(kind: FatKind, cluster: u32) -> u64 {
    match kind {
        FatKind::Fat12 => u64::from(cluster) * 3 / 2,
        FatKind::Fat16 => u64::from(cluster) * 2,
        FatKind::Fat32 => u64::from(cluster) * 4,
    }
}

/// What the entry of a cluster says, from the four bytes there.
pub(crate) fn entry(kind: FatKind, cluster: u32, bytes: [u8; 4]) -> u32 {
    let number = u32::from_le_bytes(bytes);
    match kind {
        FatKind::Fat12 if cluster.is_multiple_of(2) => number & 0xfff,
        FatKind::Fat12 => number >> 4 & 0xfff,
        FatKind::Fat16 => number & 0xffff,
        FatKind::Fat32 => number & 0x0fff_ffff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fat::bytes::put;

    #[test]
    fn what_is_written_is_read() {
        for kind in [FatKind::Fat12, FatKind::Fat16, FatKind::Fat32] {
            let bytes = in_pieces(kind, [3, 1, 2].into_iter());
            let read = |cluster: u32| {
                let mut four = [0; 4];
                let at = place(kind, cluster) as usize;
                let part = &bytes[at..bytes.len().min(at + 4)];
                put(&mut four, 0, part);
                entry(kind, cluster, four)
            };
            let end = kind.end();
            let all: Vec<u32> = (0..8).map(read).collect();
            assert_eq!(all, [end - 7, end, 3, 4, end, end, 7, end], "{kind}");
            assert_eq!(bytes.len() as u64, kind.table_bytes(8));
        }
    }
}
