//! A part of a file that is read as if it were a whole one.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// A part of a file. Reading beyond its end fails as at the end of a file.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    file: Arc<File>,
    offset: u64,
    size: u64,
    at: u64,
}

impl Window {
    /// `size` bytes from `offset` on.
    ///
    /// # Errors
    /// There are no more descriptors.
    pub(crate) fn new(file: &File, offset: u64, size: u64) -> io::Result<Window> {
        // Beyond this no file can be read.
        let offset = offset.min(i64::MAX as u64);
        let size = size.min(i64::MAX as u64 - offset);
        Ok(Window { file: Arc::new(file.try_clone()?), offset, size, at: 0 })
    }

    /// Fills `buffer` with what is at `at`; whether there is as much.
    ///
    /// # Errors
    /// Reading fails.
    pub(crate) fn fill(&self, buffer: &mut [u8], at: u64) -> io::Result<bool> {
        let fits = at.checked_add(buffer.len() as u64).is_some_and(|end| end <= self.size);
        match fits.then(|| self.file.read_exact_at(buffer, self.offset + at)) {
            None => Ok(false),
            Some(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Some(done) => done.map(|()| true),
        }
    }
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = buffer.len().min(rest);
        let count = self.file.read_at(&mut buffer[..most], self.offset + self.at.min(self.size))?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
