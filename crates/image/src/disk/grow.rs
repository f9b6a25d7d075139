//! Making a disk larger, in place.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::gpt::Gpt;
use super::{SECTOR, mbr};
use crate::Error;

/// Makes a raw disk larger, to `size` bytes; `partition`, counted from 1, which has to be the last on it, then reaches to
/// its end. A GPT's copy moves there too. The file system in the partition keeps its size: the guest grows it, or
/// `resize2fs`.
///
/// # Errors
/// The disk is larger already, has no such partition at its end, or cannot be written.
pub fn grow(path: &Path, size: u64, partition: Option<usize>) -> Result<(), Error> {
    let failed = Error::io(path);
    let disk = File::options().read(true).write(true).open(path).map_err(failed)?;
    let old = disk.metadata().map_err(failed)?.len();
    let size = size / SECTOR * SECTOR;
    if size < old {
        return Err(Error::TooSmall { size, needed: old });
    }
    let mut first = [0; SECTOR as usize];
    if old >= SECTOR {
        disk.read_exact_at(&mut first, 0).map_err(failed)?;
    }
    match (Gpt::read(&disk, old).map_err(failed)?, mbr::parse(&first), partition) {
        (Some(gpt), _, _) => grow_gpt(&disk, gpt, size, partition, path),
        (None, Some(found), Some(number)) => grow_mbr(&disk, &found, size, number, path),
        (None, _, None) => disk.set_len(size).map_err(failed),
        (None, None, Some(_)) => Err(Error::Options("there is no partition table".into())),
    }
}

fn grow_gpt(
    disk: &File,
    mut gpt: Gpt,
    size: u64,
    partition: Option<usize>,
    path: &Path,
) -> Result<(), Error> {
    let copy = (gpt.last_usable() + 1) * SECTOR;
    let old = gpt.sectors * SECTOR;
    gpt.sectors = size / SECTOR;
    if let Some(number) = partition {
        let ends =
            gpt.partitions().map(|found| (found.extent.offset + found.extent.size, found.number));
        is_last(ends, number)?;
        gpt.set_last(number, gpt.last_usable());
    }
    let write = || {
        disk.set_len(size)?;
        // The old copy would lie in the partition; until the new one is written, the table at the start holds.
        disk.write_all_at(&vec![0; (old - copy) as usize], copy)?;
        gpt.write(disk)
    };
    write().map_err(Error::io(path))
}

fn grow_mbr(
    disk: &File,
    found: &[mbr::Found],
    size: u64,
    number: usize,
    path: &Path,
) -> Result<(), Error> {
    is_last(
        found.iter().map(|found| (found.extent.offset + found.extent.size, found.number)),
        number,
    )?;
    let offset =
        found.iter().find(|found| found.number == number).map_or(0, |found| found.extent.offset);
    let count = u32::try_from(size.saturating_sub(offset) / SECTOR)
        .map_err(|_| Error::Options("an MBR ends at 2 TiB".into()))?;
    disk.set_len(size).and_then(|()| mbr::set_count(disk, number, count)).map_err(Error::io(path))
}

fn is_last(ends: impl Iterator<Item = (u64, usize)>, number: usize) -> Result<(), Error> {
    match ends.max() {
        Some((_, last)) if last == number => Ok(()),
        Some((_, last)) => Err(Error::Options(format!(
            "partition `{number}` cannot grow: the last on the disk is `{last}`"
        ))),
        None => Err(Error::Options("there is no partition".into())),
    }
}
