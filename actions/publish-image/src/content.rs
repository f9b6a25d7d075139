//! What is to be there: a file of this machine, or a few bytes of our own.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

use bytes::Bytes;
use fetch::Digest;
use problem::Problem;

/// Bytes with the name that they get.
pub(crate) struct Content {
    pub(crate) name: String,
    /// In bytes.
    pub(crate) size: u64,
    pub(crate) digest: Digest,
    source: Source,
}

enum Source {
    File(File),
    Bytes(Bytes),
}

impl Content {
    /// Reads a file once, for its digest.
    pub(crate) fn of_file(path: &Path, name: String) -> Result<Content, Problem> {
        let cannot =
            |error: io::Error| Problem::user(format!("cannot read `{}`: {error}", path.display()));
        let file = File::open(path).map_err(cannot)?;
        let metadata = file.metadata().map_err(cannot)?;
        if !metadata.is_file() {
            return Err(Problem::user(format!("`{}` is no file", path.display())));
        }
        let digest = Digest::of_reader(&file).map_err(cannot)?;
        Ok(Content { name, size: metadata.len(), digest, source: Source::File(file) })
    }

    /// Of these bytes.
    pub(crate) fn of(name: String, bytes: impl Into<Bytes>) -> Content {
        let bytes = bytes.into();
        let (size, digest) = (bytes.len() as u64, Digest::of(&bytes));
        Content { name, size, digest, source: Source::Bytes(bytes) }
    }

    /// So many bytes from there on; fewer at the end.
    pub(crate) fn part(&self, offset: u64, length: u64) -> io::Result<Bytes> {
        let length = length.min(self.size - offset.min(self.size));
        // No part is larger than the part size, which is limited.
        let length = usize::try_from(length).map_err(io::Error::other)?;
        match &self.source {
            Source::File(file) => {
                let mut bytes = vec![0; length];
                file.read_exact_at(&mut bytes, offset)?;
                Ok(bytes.into())
            }
            Source::Bytes(bytes) => {
                let bytes = bytes.slice(usize::try_from(offset).map_err(io::Error::other)?..);
                Ok(bytes.slice(..length))
            }
        }
    }

    /// All of it, from its begin. `each` is told how many bytes were read, and may end it.
    pub(crate) fn reader<'a>(
        &'a self,
        each: impl FnMut(u64) -> io::Result<()> + 'a,
    ) -> impl Read + 'a {
        Reading { content: self, offset: 0, each }
    }
}

struct Reading<'a, F> {
    content: &'a Content,
    offset: u64,
    each: F,
}

impl<F: FnMut(u64) -> io::Result<()>> Read for Reading<'_, F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = match &self.content.source {
            Source::File(file) => file.read_at(into, self.offset)?,
            Source::Bytes(_) => {
                let bytes = self.content.part(self.offset, into.len() as u64)?;
                into[..bytes.len()].copy_from_slice(&bytes);
                bytes.len()
            }
        };
        self.offset += read as u64;
        (self.each)(read as u64)?;
        Ok(read)
    }
}
