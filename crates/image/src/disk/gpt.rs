//! The GUID partition table: UEFI 2.10, chapter 5.3. Read with limits, written with identifiers that are given.
//!
//! The crate `gpt` trusts the sizes in a header that it reads, and makes its own identifiers for partitions.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use uuid::Uuid;

use super::{Extent, Partition, PartitionKind, SECTOR, mbr, partition_guid};
use crate::Error;

const SIGNATURE: &[u8; 8] = b"EFI PART";
const REVISION: u32 = 0x0001_0000;
const HEADER: usize = 92;

/// As everyone writes it: 128 entries of 128 bytes.
const ENTRIES: u32 = 128;
const ENTRY: u32 = 128;

/// No table that is read is larger, in bytes.
const LARGEST: u64 = 1 << 20;

/// A name's UTF-16 units.
const NAME: usize = 36;

/// A table, read or to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gpt {
    /// The disk's identifier.
    pub guid: Uuid,
    /// The first sector that partitions may use.
    pub first_usable: u64,
    /// The disk's sectors.
    pub sectors: u64,
    entry: usize,
    entries: Vec<u8>,
}

/// A partition that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its place in the table, from 1.
    pub number: usize,
    /// Its type.
    pub kind: Uuid,
    /// Its identifier.
    pub guid: Uuid,
    /// Its name.
    pub label: String,
    /// Where it is.
    pub extent: Extent,
}

impl Gpt {
    pub(super) fn new(
        guid: Uuid,
        size: u64,
        partitions: &[Partition<'_>],
        extents: &[Extent],
    ) -> Result<Gpt, Error> {
        if partitions.len() > ENTRIES as usize {
            return Err(Error::Options(format!("a GPT holds at most {ENTRIES} partitions")));
        }
        let mut entries = Vec::with_capacity((ENTRIES * ENTRY) as usize);
        for (number, (partition, extent)) in partitions.iter().zip(extents).enumerate() {
            entries.extend(partition.kind.guid().to_bytes_le());
            entries.extend(partition_guid(guid, number + 1).to_bytes_le());
            entries.extend((extent.offset / SECTOR).to_le_bytes());
            entries.extend(((extent.offset + extent.size) / SECTOR - 1).to_le_bytes());
            entries.extend([0; 8]);
            entries.extend(name(partition.label)?);
        }
        entries.resize((ENTRIES * ENTRY) as usize, 0);
        let first_usable = 2 + u64::from(ENTRIES * ENTRY) / SECTOR;
        Ok(Gpt { guid, first_usable, sectors: size / SECTOR, entry: ENTRY as usize, entries })
    }

    /// The table at the start of a disk, or its copy at the end where that is damaged.
    ///
    /// # Errors
    /// Reading fails. A disk without a valid table is `None`.
    pub fn read(disk: &File, size: u64) -> io::Result<Option<Gpt>> {
        let sectors = size / SECTOR;
        for at in [1, sectors.saturating_sub(1)] {
            if let Some(gpt) = Gpt::read_at(disk, at, sectors)? {
                return Ok(Some(gpt));
            }
        }
        Ok(None)
    }

    fn read_at(disk: &File, at: u64, sectors: u64) -> io::Result<Option<Gpt>> {
        let mut header = [0; SECTOR as usize];
        if !read(disk, &mut header, at)? {
            return Ok(None);
        }
        let Some((mut gpt, table, sum)) = Gpt::parse(&header, at, sectors) else { return Ok(None) };
        let is_whole = read(disk, &mut gpt.entries, table)?;
        Ok((is_whole && crc32fast::hash(&gpt.entries) == sum).then_some(gpt))
    }

    /// The header without its entries, the sector where those begin, and their sum.
    fn parse(header: &[u8; SECTOR as usize], at: u64, sectors: u64) -> Option<(Gpt, u64, u32)> {
        let size = number(header, 12)? as usize;
        let mut checked = header.get(..size).filter(|_| size >= HEADER)?.to_vec();
        let sum = number(header, 16)?;
        checked[16..20].fill(0);
        let valid = header.starts_with(SIGNATURE) && crc32fast::hash(&checked) == sum;
        if !valid || wide(header, 24)? != at {
            return None;
        }
        let (count, entry) = (number(header, 80)?, number(header, 84)?);
        let bytes = u64::from(count) * u64::from(entry);
        if entry < ENTRY || entry % 8 != 0 || bytes > LARGEST || bytes == 0 {
            return None;
        }
        let guid = Uuid::from_bytes_le(header.get(56..72)?.try_into().ok()?);
        let entries = vec![0; bytes as usize];
        let gpt =
            Gpt { guid, first_usable: wide(header, 40)?, sectors, entry: entry as usize, entries };
        // There is room for both copies and something between them.
        let fits = gpt.first_usable >= 2 + gpt.table() && gpt.first_usable < gpt.last_usable();
        Some((gpt, wide(header, 72)?, number(header, 88)?)).filter(|_| fits)
    }

    /// The partitions, in the order of the table. One that ends before it begins is left out.
    pub fn partitions(&self) -> impl Iterator<Item = Found> + '_ {
        self.entries.chunks_exact(self.entry).enumerate().filter_map(|(index, entry)| {
            let (first, last) = (wide(entry, 32)?, wide(entry, 40)?);
            let sectors = last.checked_sub(first)?.checked_add(1)?;
            let guid =
                |at: usize| Some(Uuid::from_bytes_le(entry.get(at..at + 16)?.try_into().ok()?));
            let kind = guid(0).filter(|kind| !kind.is_nil())?;
            let extent =
                Extent { offset: first.checked_mul(SECTOR)?, size: sectors.checked_mul(SECTOR)? };
            extent.offset.checked_add(extent.size)?;
            Some(Found { number: index + 1, kind, guid: guid(16)?, label: label(entry), extent })
        })
    }

    /// Sets where a partition ends, in sectors.
    pub(super) fn set_last(&mut self, partition: usize, last: u64) {
        let at = (partition - 1) * self.entry + 40;
        self.entries[at..at + 8].copy_from_slice(&last.to_le_bytes());
    }

    /// How many sectors the entries take.
    fn table(&self) -> u64 {
        (self.entries.len() as u64).div_ceil(SECTOR)
    }

    /// The last sector that partitions may use.
    pub fn last_usable(&self) -> u64 {
        self.sectors.saturating_sub(2 + self.table())
    }

    /// Writes the copy at the end first: a disk on which this was broken off still has a table that holds.
    pub(super) fn write(&self, disk: &File) -> io::Result<()> {
        let last = self.sectors - 1;
        let copy = last - self.table();
        disk.write_all_at(&self.entries, copy * SECTOR)?;
        disk.write_all_at(&self.header(last, 1, copy), last * SECTOR)?;
        disk.write_all_at(&self.entries, 2 * SECTOR)?;
        disk.write_all_at(&self.header(1, last, 2), SECTOR)?;
        mbr::protect(disk, self.sectors)
    }

    fn header(&self, at: u64, other: u64, table: u64) -> Vec<u8> {
        let mut header = SIGNATURE.to_vec();
        header.extend([REVISION, HEADER as u32, 0, 0].map(u32::to_le_bytes).as_flattened());
        let places = [at, other, self.first_usable, self.last_usable()];
        header.extend(places.map(u64::to_le_bytes).as_flattened());
        header.extend(self.guid.to_bytes_le());
        header.extend(table.to_le_bytes());
        let count = (self.entries.len() / self.entry) as u32;
        let sizes = [count, self.entry as u32, crc32fast::hash(&self.entries)];
        header.extend(sizes.map(u32::to_le_bytes).as_flattened());
        let sum = crc32fast::hash(&header);
        header[16..20].copy_from_slice(&sum.to_le_bytes());
        header.resize(SECTOR as usize, 0);
        header
    }
}

/// Whether the disk has that many bytes there.
fn read(disk: &File, into: &mut [u8], sector: u64) -> io::Result<bool> {
    let Some(at) = sector.checked_mul(SECTOR).filter(|at| i64::try_from(*at).is_ok()) else {
        return Ok(false);
    };
    match disk.read_exact_at(into, at) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        done => done.map(|()| true),
    }
}

fn name(label: &str) -> Result<Vec<u8>, Error> {
    let mut units: Vec<u16> = label.encode_utf16().collect();
    if units.len() > NAME || units.contains(&0) {
        return Err(Error::Options(format!("the label `{label}` has more than {NAME} characters")));
    }
    units.resize(NAME, 0);
    Ok(units.into_iter().flat_map(u16::to_le_bytes).collect())
}

fn label(entry: &[u8]) -> String {
    let units = entry[56..ENTRY as usize]
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    String::from_utf16_lossy(&units)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn wide(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

impl Found {
    /// What its type is called, or the type itself.
    pub fn kind_name(&self) -> String {
        PartitionKind::name_of_guid(self.kind).map_or_else(|| self.kind.to_string(), str::to_owned)
    }
}
