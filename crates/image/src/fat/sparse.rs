//! Writes into a file at a place, leaving holes where there are zeros.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

use super::error::FatError;

/// What is left out if it is all zero.
const BLOCK: usize = 64 << 10;

/// Up to this size, two system calls are faster than the kernel's own way of copying.
const SMALL: u64 = 1 << 20;

/// Where the kernel's own memory for files begins, in bytes.
const PAGE: usize = 4096;

/// A part of a file that is zero until something is put there.
pub(crate) struct Part<'a> {
    file: &'a File,
    at: u64,
    /// Filled again for each small file, since fresh memory takes longer than the copying.
    buffer: Vec<u8>,
}

impl Part<'_> {
    /// The `size` bytes from `at` on, cleared.
    pub(crate) fn cleared(file: &File, at: u64, size: u64) -> io::Result<Part<'_>> {
        let end = at.checked_add(size).ok_or(io::ErrorKind::FileTooLarge)?;
        let now = file.metadata()?.len();
        if now > at {
            let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            fallocate(file, hole, at, now.min(end) - at)?;
        }
        if now < end {
            file.set_len(end)?;
        }
        Ok(Part { file, at, buffer: Vec::new() })
    }

    /// Puts bytes at a place of the part.
    pub(crate) fn put(&self, at: u64, bytes: &[u8]) -> Result<(), FatError> {
        let is_zero = |block: &[u8]| block.iter().all(|byte| *byte == 0);
        let blocks: Vec<&[u8]> = bytes.chunks(BLOCK).collect();
        let mut done = 0;
        for run in blocks.chunk_by(|one, next| is_zero(one) == is_zero(next)) {
            let run = &bytes[done..bytes.len().min(done + run.len() * BLOCK)];
            if !is_zero(run) {
                self.file.write_all_at(run, self.at + at + done as u64).map_err(FatError::Write)?;
            }
            done += run.len();
        }
        Ok(())
    }

    /// Puts the `size` bytes of a file of the host at a place of the part.
    pub(crate) fn copy(&mut self, at: u64, host: &Path, size: u64) -> Result<(), FatError> {
        let failed = |error| FatError::Copy { host: host.to_owned(), error };
        let file = File::open(host).map_err(failed)?;
        let mut complete = file.metadata().map_err(failed)?.len() == size;
        if complete && size <= SMALL {
            let room = room(&mut self.buffer, size as usize);
            file.read_exact_at(&mut self.buffer[room.clone()], 0).map_err(failed)?;
            self.put(at, &self.buffer[room])?;
        } else if complete {
            complete = self.copy_data(at, &file, size).map_err(failed)?;
        }
        if complete { Ok(()) } else { Err(FatError::Changed { host: host.to_owned(), size }) }
    }

    /// Copies what is no hole. Says whether all was there.
    fn copy_data(&self, at: u64, from: &File, size: u64) -> io::Result<bool> {
        let mut done = 0;
        while let Some((start, end)) = next_data(from, done, size)? {
            (&mut &*from).seek(SeekFrom::Start(start))?;
            (&mut &*self.file).seek(SeekFrom::Start(self.at + at + start))?;
            // Between files the kernel copies, or shares the blocks if the file system can.
            let copied = io::copy(&mut from.take(end - start), &mut &*self.file)?;
            if copied < end - start {
                return Ok(false);
            }
            done = end;
        }
        Ok(true)
    }
}

/// Where in the buffer, which grows, there are `size` bytes from the begin of a page on. Where large memory begins of
/// itself, a few bytes behind that, some processors copy from the kernel at half the speed.
fn room(buffer: &mut Vec<u8>, size: usize) -> Range<usize> {
    buffer.resize(buffer.len().max(size + PAGE), 0);
    let begin = buffer.as_ptr().align_offset(PAGE).min(PAGE);
    begin..begin + size
}

/// Where the next data begins and ends. A file system that does not know holes has data everywhere.
fn next_data(file: &File, from: u64, size: u64) -> io::Result<Option<(u64, u64)>> {
    use rustix::fs::{SeekFrom, seek};
    if from >= size {
        return Ok(None);
    }
    let start = match seek(file, SeekFrom::Data(from)) {
        Ok(start) if start < size => start,
        Ok(_) | Err(Errno::NXIO) => return Ok(None),
        Err(Errno::INVAL | Errno::NOTSUP) => return Ok(Some((from, size))),
        Err(error) => return Err(error.into()),
    };
    let end = seek(file, SeekFrom::Hole(start)).unwrap_or(size);
    Ok(Some((start, end.min(size))))
}
