//! The table in a disk's first sector: four partitions, as a BIOS knows them, or the one that protects a GPT.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use uuid::Uuid;

use super::{Extent, Partition, PartitionKind, SECTOR};
use crate::Error;

const TABLE: usize = 446;
const ENTRY: usize = 16;
const END: [u8; 2] = [0x55, 0xaa];

/// The type of the entry that protects a GPT.
const PROTECTIVE: u8 = 0xee;

/// In place of cylinder, head and sector: too far for those.
const FAR: [u8; 3] = [0xfe, 0xff, 0xff];

/// A partition that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its place in the table, from 1.
    pub number: usize,
    /// Its type.
    pub kind: u8,
    /// Whether a BIOS starts from it.
    pub active: bool,
    /// Where it is.
    pub extent: Extent,
}

impl Found {
    /// What its type is called, or the type itself.
    pub fn kind_name(&self) -> String {
        let known = PartitionKind::name_of_mbr(self.kind);
        known.map_or_else(|| format!("{:#04x}", self.kind), str::to_owned)
    }
}

/// The result of writing is the inner one: the outer says that the table cannot hold the partitions.
pub(super) fn write(
    disk: &File,
    guid: Uuid,
    partitions: &[Partition<'_>],
    extents: &[Extent],
) -> Result<io::Result<()>, Error> {
    if partitions.len() > 4 {
        return Err(Error::Options("an MBR holds at most 4 partitions".into()));
    }
    let mut sector = [0; SECTOR as usize];
    sector[440..444].copy_from_slice(&guid.as_bytes()[..4]);
    for (index, (partition, extent)) in partitions.iter().zip(extents).enumerate() {
        let fits = |bytes: u64| u32::try_from(bytes / SECTOR);
        let (Ok(first), Ok(count)) = (fits(extent.offset), fits(extent.size)) else {
            return Err(Error::Options("an MBR ends at 2 TiB".into()));
        };
        put(&mut sector, index, entry(partition.kind.mbr(), first, count));
    }
    sector[510..].copy_from_slice(&END);
    Ok(disk.write_all_at(&sector, 0))
}

/// Writes the entry that protects a GPT, and leaves a boot loader before it alone.
pub(super) fn protect(disk: &File, sectors: u64) -> io::Result<()> {
    let mut sector = [0; SECTOR as usize];
    disk.read_exact_at(&mut sector, 0)?;
    sector[TABLE..510].fill(0);
    let mut whole = entry(PROTECTIVE, 1, u32::try_from(sectors - 1).unwrap_or(u32::MAX));
    whole[1..4].copy_from_slice(&[0, 2, 0]);
    put(&mut sector, 0, whole);
    sector[510..].copy_from_slice(&END);
    disk.write_all_at(&sector, 0)
}

/// Sets how many sectors a partition has.
pub(super) fn set_count(disk: &File, partition: usize, count: u32) -> io::Result<()> {
    disk.write_all_at(&count.to_le_bytes(), (TABLE + (partition - 1) * ENTRY + 12) as u64)
}

/// The partitions of a disk's first sector; `None` if that holds no table. What an extended partition holds is not read.
pub fn parse(sector: &[u8; SECTOR as usize]) -> Option<Vec<Found>> {
    if sector[510..] != END {
        return None;
    }
    let entries = sector[TABLE..510].chunks_exact(ENTRY);
    // The first sector of a FAT ends in the same way, with words of a boot loader in the table's place.
    if entries.clone().any(|entry| entry[0] & 0x7f != 0) {
        return None;
    }
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let found: Vec<Found> = entries
        .enumerate()
        .map(|(index, entry)| Found {
            number: index + 1,
            kind: entry[4],
            active: entry[0] == 0x80,
            extent: Extent {
                offset: number(&entry[8..12]) * SECTOR,
                size: number(&entry[12..]) * SECTOR,
            },
        })
        .filter(|found| found.kind != 0 && found.extent.size != 0)
        .collect();
    (!found.is_empty()).then_some(found)
}

fn entry(kind: u8, first: u32, count: u32) -> [u8; ENTRY] {
    let mut entry = [0; ENTRY];
    entry[1..4].copy_from_slice(&FAR);
    entry[4] = kind;
    entry[5..8].copy_from_slice(if kind == PROTECTIVE { &[0xff; 3] } else { &FAR });
    entry[8..12].copy_from_slice(&first.to_le_bytes());
    entry[12..].copy_from_slice(&count.to_le_bytes());
    entry
}

fn put(sector: &mut [u8; SECTOR as usize], index: usize, entry: [u8; ENTRY]) {
    let at = TABLE + index * ENTRY;
    sector[at..at + ENTRY].copy_from_slice(&entry);
}
