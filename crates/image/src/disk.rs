//! Whole disks: a partition table and the images of its partitions.

pub mod gpt;
mod grow;
pub mod mbr;
mod part;

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::Error;
use crate::digest::{field, uuid_of};
use crate::output::{Output, Written};

pub use grow::grow;
pub use part::PartitionKind;

/// A sector, in bytes.
pub const SECTOR: u64 = 512;

/// Where partitions begin: at multiples of this many bytes.
pub const ALIGNMENT: u64 = 1 << 20;

/// The table of a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Table {
    /// What UEFI starts from. It ends with a copy of itself.
    #[default]
    Gpt,
    /// At most four partitions within 2 TiB, for a BIOS.
    Mbr,
}

/// Writes a partition's content: gets the disk's file, and where the partition begins and how large it is, in bytes.
pub type Fill<'a> = dyn Fn(&File, u64, u64) -> Result<(), Error> + 'a;

/// What a partition holds.
pub enum Source<'a> {
    /// Nothing.
    Empty,
    /// What is in this file, such as an image that was written before.
    File(PathBuf),
    /// What this writes.
    Fill(&'a Fill<'a>),
}

/// A partition to make.
pub struct Partition<'a> {
    /// What it is for.
    pub kind: PartitionKind,
    /// Its name in a GPT, of at most 36 UTF-16 units. An MBR has no names.
    pub label: &'a str,
    /// What it holds.
    pub source: Source<'a>,
    /// In bytes, rounded up to whole sectors; needed where the source is no file.
    pub size: Option<u64>,
}

/// How a disk is made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Its table.
    pub table: Table,
    /// Its identifier; without it, one that follows from kinds, labels and sizes. Those of the partitions follow from it.
    pub guid: Option<Uuid>,
    /// Its size in bytes, if it should be larger than its partitions.
    pub size: Option<u64>,
}

/// Where a partition lies on its disk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// From the disk's first byte.
    pub offset: u64,
    /// How many bytes.
    pub size: u64,
}

/// Writes a disk. What is zero in its partitions takes no space.
///
/// # Errors
/// A partition is smaller than what it holds or has no size, the table cannot hold them all, or a file fails.
pub fn write(partitions: &[Partition<'_>], to: &Path, options: &Options) -> Result<Written, Error> {
    let extents = plan(partitions)?;
    let end = extents.last().map_or(ALIGNMENT, |last| last.offset + last.size);
    let tail = if options.table == Table::Gpt { ALIGNMENT } else { 0 };
    let needed = end.checked_add(tail).ok_or_else(too_large)?.next_multiple_of(ALIGNMENT);
    let size = options.size.unwrap_or(needed) / SECTOR * SECTOR;
    if size < needed {
        return Err(Error::TooSmall { size, needed });
    }
    let guid = options.guid.unwrap_or_else(|| derived(partitions, &extents));
    let output = Output::sparse(to, size)?;
    match options.table {
        Table::Gpt => gpt::Gpt::new(guid, size, partitions, &extents)?.write(output.file()),
        Table::Mbr => mbr::write(output.file(), guid, partitions, &extents)?,
    }
    .map_err(Error::io(to))?;
    for (partition, extent) in partitions.iter().zip(&extents) {
        match &partition.source {
            Source::Empty => {}
            Source::File(from) => copy(from, output.file(), *extent, to)?,
            Source::Fill(fill) => fill(output.file(), extent.offset, extent.size)?,
        }
    }
    output.commit()
}

fn too_large() -> Error {
    Error::Options("the partitions are larger than any disk".into())
}

/// One after another, each at a multiple of the alignment.
fn plan(partitions: &[Partition<'_>]) -> Result<Vec<Extent>, Error> {
    let mut next = ALIGNMENT;
    let mut extents = Vec::new();
    for partition in partitions {
        let held = match &partition.source {
            Source::File(path) => path.metadata().map_err(Error::io(path))?.len(),
            _ => 0,
        };
        let size = partition.size.unwrap_or(held);
        if size == 0 {
            return Err(Error::Options(format!("the partition `{}` has no size", partition.label)));
        }
        if size < held {
            return Err(Error::TooSmall { size, needed: held });
        }
        let size = size.checked_next_multiple_of(SECTOR).ok_or_else(too_large)?;
        extents.push(Extent { offset: next, size });
        next = next
            .checked_add(size)
            .and_then(|end| end.checked_next_multiple_of(ALIGNMENT))
            .filter(|end| i64::try_from(*end).is_ok())
            .ok_or_else(too_large)?;
    }
    Ok(extents)
}

fn derived(partitions: &[Partition<'_>], extents: &[Extent]) -> Uuid {
    let mut sum = Sha256::new();
    for (partition, extent) in partitions.iter().zip(extents) {
        field(&mut sum, partition.kind.guid().as_bytes());
        field(&mut sum, partition.label.as_bytes());
        sum.update(extent.size.to_le_bytes());
    }
    uuid_of(sum)
}

/// The identifier of a disk's partition, counted from 1: what a kernel calls its PARTUUID.
pub fn partition_guid(disk: Uuid, number: usize) -> Uuid {
    let mut sum = Sha256::new();
    field(&mut sum, disk.as_bytes());
    sum.update((number as u64).to_le_bytes());
    uuid_of(sum)
}

/// Copies a file into its partition, but for what is zero: that is there already.
fn copy(from: &Path, disk: &File, extent: Extent, to: &Path) -> Result<(), Error> {
    let mut input = File::open(from).map_err(Error::io(from))?.take(extent.size);
    let mut buffer = vec![0; 256 << 10];
    let mut at = extent.offset;
    loop {
        let count = input.read(&mut buffer).map_err(Error::io(from))?;
        if count == 0 {
            return Ok(());
        }
        for (block, offset) in buffer[..count].chunks(4096).zip((at..).step_by(4096)) {
            if block.iter().any(|byte| *byte != 0) {
                disk.write_all_at(block, offset).map_err(Error::io(to))?;
            }
        }
        at += count as u64;
    }
}
