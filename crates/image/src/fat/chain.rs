//! Chains of clusters in a table that nobody vouches for.

use std::io::{self, Read, Seek, SeekFrom};

use super::error::FatError;
use super::geometry::Geometry;
use super::options::FatKind;
use super::table;

/// How much of the table is held in memory, in bytes.
const WINDOW: u64 = 64 << 10;

/// Clusters in one piece: the first one and how many.
pub(crate) type Piece = (u32, u32);

/// Follows chains, each cluster once.
pub(crate) struct Chains {
    geometry: Geometry,
    /// Where the file system begins, in bytes.
    base: u64,
    /// A bit for each cluster that was met.
    met: Vec<u64>,
    /// The part of the table that was read last, and which one it is.
    window: Vec<u8>,
    number: u64,
}

impl Chains {
    pub(crate) fn new(geometry: Geometry, base: u64) -> Chains {
        let met = vec![0; geometry.clusters as usize / 64 + 1];
        Chains { geometry, base, met, window: Vec::new(), number: 0 }
    }

    /// The pieces of a chain up to its end, or up to `most` clusters. Says how many clusters it has in all.
    pub(crate) fn follow(
        &mut self,
        from: &mut (impl Read + Seek),
        first: u32,
        most: u32,
    ) -> Result<(Vec<Piece>, u32), FatError> {
        let (mut pieces, mut count): (Vec<Piece>, u32) = (Vec::new(), 0);
        let mut next = Some(first);
        while let Some(cluster) = next.filter(|_| count < most) {
            self.meet(cluster)?;
            match pieces.last_mut() {
                Some((start, length)) if *start + *length == cluster => *length += 1,
                _ => pieces.push((cluster, 1)),
            }
            count += 1;
            next = self.next(from, cluster)?;
        }
        Ok((pieces, count))
    }

    fn meet(&mut self, cluster: u32) -> Result<(), FatError> {
        let Some(index) = cluster.checked_sub(2).filter(|index| *index < self.geometry.clusters)
        else {
            return Err(FatError::Damaged(format!(
                "a chain leads to cluster {cluster}, which is none"
            )));
        };
        let (word, bit) = (&mut self.met[index as usize / 64], 1 << (index % 64));
        if *word & bit != 0 {
            return Err(FatError::Damaged(format!(
                "two chains, or one that runs in a circle, have cluster {cluster}"
            )));
        }
        *word |= bit;
        Ok(())
    }

    fn next(
        &mut self,
        from: &mut (impl Read + Seek),
        cluster: u32,
    ) -> Result<Option<u32>, FatError> {
        let kind = self.geometry.kind;
        let place = table::place(kind, cluster);
        let mut bytes = [0; 4];
        let length = if kind == FatKind::Fat32 { 4 } else { 2 };
        for (byte, at) in bytes[..length].iter_mut().zip(place..) {
            *byte = self.byte(from, at).map_err(FatError::Read)?;
        }
        let entry = table::entry(kind, cluster, bytes);
        Ok(Some(entry).filter(|entry| *entry < kind.end() - 7))
    }

    /// A byte of the table.
    fn byte(&mut self, from: &mut (impl Read + Seek), at: u64) -> io::Result<u8> {
        let number = at / WINDOW;
        if self.window.is_empty() || number != self.number {
            from.seek(SeekFrom::Start(self.base + self.geometry.table_at(0) + number * WINDOW))?;
            self.window.clear();
            from.take(WINDOW).read_to_end(&mut self.window)?;
            self.number = number;
        }
        let byte = self.window.get((at % WINDOW) as usize);
        byte.copied().ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}
