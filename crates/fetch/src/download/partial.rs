//! A file that is not all there yet.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use problem::Problem;
use sha2::{Digest as _, Sha256};

use super::{CHUNK, remove};
use crate::Digest;

/// No server needs a longer tag, in bytes.
const LONGEST_TAG: u64 = 4096;

pub(super) struct Partial {
    path: PathBuf,
    tag_path: PathBuf,
    file: File,
    hash: Sha256,
    length: u64,
    tag: Option<String>,
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

impl Partial {
    /// What there is of the file `whole`. Without a tag that is nothing.
    pub(super) fn open(whole: &Path) -> Result<Partial, Problem> {
        let (path, tag_path) = (beside(whole, ".part"), beside(whole, ".part-tag"));
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(Problem::path("write", &path))?;
        let tag = read_tag(&tag_path);
        let (hash, length) = (Sha256::new(), 0);
        let mut partial = Partial { path, tag_path, file, hash, length, tag };
        if partial.tag.is_some() {
            partial.reread().map_err(Problem::path("read", &partial.path))?;
        } else {
            partial.restart(None)?;
        }
        Ok(partial)
    }

    fn reread(&mut self) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        loop {
            match self.file.read(&mut chunk)? {
                0 => return Ok(()),
                read => self.count(&chunk[..read]),
            }
        }
    }

    fn count(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.length = self.length.saturating_add(bytes.len() as u64);
    }

    /// In bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::done(self.hash.clone())
    }

    /// Forgets all that has come. The new tag is there before the first new byte.
    pub(super) fn restart(&mut self, tag: Option<String>) -> Result<(), Problem> {
        let emptied = self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0)));
        emptied.map_err(Problem::path("write", &self.path))?;
        (self.hash, self.length) = (Sha256::new(), 0);
        match &tag {
            Some(tag) => {
                fs::write(&self.tag_path, tag).map_err(Problem::path("write", &self.tag_path))?
            }
            None => remove(&self.tag_path),
        }
        self.tag = tag;
        Ok(())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.file.write_all(bytes).map_err(Problem::path("write", &self.path))?;
        self.count(bytes);
        Ok(())
    }

    /// Gives it its name.
    pub(super) fn finish(self, whole: &Path) -> Result<Digest, Problem> {
        fs::rename(&self.path, whole).map_err(Problem::path("make", whole))?;
        remove(&self.tag_path);
        Ok(self.digest())
    }

    pub(super) fn remove(&self) {
        remove(&self.path);
        remove(&self.tag_path);
    }
}

fn read_tag(path: &Path) -> Option<String> {
    let mut tag = String::new();
    File::open(path).ok()?.take(LONGEST_TAG).read_to_string(&mut tag).ok()?;
    // As a header has it: anything else is half a tag, or none of ours.
    (!tag.is_empty() && !tag.contains(|c: char| c.is_control())).then_some(tag)
}
