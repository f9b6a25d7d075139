//! Reads a file system that someone else may have written.

use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::name::MAX_PATH;

use super::boot::{self, Volume};
use super::chain::{Chains, Piece};
use super::error::FatError;
use super::geometry::Geometry;
use super::options::FatKind;
use super::slot::{self, FOLDER, Target};

/// A folder has at most 65,536 entries of 32 bytes.
const MAX_FOLDER: u64 = 2 << 20;

/// How much memory the paths of all entries may take, in bytes.
const MAX_LISTING: usize = 256 << 20;

/// A file system in an image.
#[derive(Debug)]
pub struct Reader<R> {
    from: R,
    base: u64,
    geometry: Geometry,
    serial: u32,
    label: Option<String>,
    /// The first cluster of the root in FAT32.
    root: u32,
}

/// A file or a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Without a slash in front.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// In bytes; 0 for a folder.
    pub size: u32,
    pieces: Vec<Piece>,
}

impl<R: Read + Seek> Reader<R> {
    /// The file system that begins at byte `base`.
    ///
    /// # Errors
    /// It is none, its root is damaged, or it cannot be read.
    pub fn new(mut from: R, base: u64) -> Result<Reader<R>, FatError> {
        let mut sector = [0; boot::BYTES];
        from.seek(SeekFrom::Start(base)).map_err(FatError::Read)?;
        from.read_exact(&mut sector).map_err(FatError::Read)?;
        let (geometry, Volume { serial, label, .. }, root) = boot::decode(&sector)?;
        let there = from.seek(SeekFrom::End(0)).map_err(FatError::Read)?.saturating_sub(base);
        if there < geometry.size() {
            let why = format!("it has {there} of {} bytes", geometry.size());
            return Err(FatError::Damaged(why));
        }
        let label = label.as_ref().map(slot::label);
        let mut reader = Reader { from, base, geometry, serial, label, root };
        let root = slot::read(&reader.root(&mut Chains::new(geometry, base))?);
        let in_root = root.into_iter().find(|(_, target)| target.is_label());
        reader.label =
            in_root.map(|(label, _)| label).or(reader.label).filter(|label| !label.is_empty());
        Ok(reader)
    }

    /// How many bits its table has for a cluster.
    pub fn kind(&self) -> FatKind {
        self.geometry.kind
    }

    /// Bytes of a cluster.
    pub fn cluster(&self) -> u32 {
        self.geometry.cluster
    }

    /// In bytes.
    pub fn size(&self) -> u64 {
        self.geometry.size()
    }

    /// The volume's number; 0 for a very old one.
    pub fn serial(&self) -> u32 {
        self.serial
    }

    /// The volume's name. It is a stranger's text.
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// All files and folders, in the order of their paths. All chains of clusters are looked at.
    ///
    /// # Errors
    /// A chain runs in a circle, into another or to nowhere, a name could lead out of its folder, the paths take more
    /// than 256 MiB, or the image cannot be read.
    pub fn entries(&mut self) -> Result<Vec<Entry>, FatError> {
        let mut chains = Chains::new(self.geometry, self.base);
        let (mut found, mut room, mut at) = (Vec::new(), MAX_LISTING, 0);
        let (mut above, mut folder) = (String::new(), self.root(&mut chains)?);
        loop {
            for (name, target) in slot::read(&folder) {
                if !target.is_label() {
                    let entry = self.entry(&above, &name, target, &mut chains)?;
                    let taken = entry.path.len() + size_of::<Entry>();
                    room = room
                        .checked_sub(taken)
                        .ok_or_else(|| damaged("it has too many entries"))?;
                    found.push(entry);
                }
            }
            // Folders that were found are looked into one after the other.
            let Some(next) = found[at..].iter().position(|entry| entry.is_folder) else { break };
            at += next + 1;
            above.clone_from(&found[at - 1].path);
            folder = self.content(&found[at - 1].pieces)?;
        }
        found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    /// Copies what is in a file that [`Reader::entries`] found.
    ///
    /// # Errors
    /// Reading or writing fails.
    pub fn copy(&mut self, file: &Entry, to: &mut impl Write) -> io::Result<()> {
        let mut left = u64::from(file.size);
        for (first, clusters) in &file.pieces {
            let length = left.min(u64::from(*clusters) * u64::from(self.geometry.cluster));
            self.from.seek(SeekFrom::Start(self.base + self.geometry.cluster_at(*first)))?;
            if io::copy(&mut (&mut self.from).take(length), to)? < length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= length;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        above: &str,
        name: &str,
        target: Target,
        chains: &mut Chains,
    ) -> Result<Entry, FatError> {
        let path = if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") };
        let leads_out = matches!(name, "" | "." | "..") || name.contains('/');
        if leads_out || name.chars().any(|c| c.is_ascii_control()) || path.len() > MAX_PATH {
            return Err(damaged(&format!("the name `{}` is not possible", path.escape_debug())));
        }
        // Below FAT32 the upper half is used for other things.
        let mask = if self.geometry.kind == FatKind::Fat32 { u32::MAX } else { 0xffff };
        let first = target.first & mask;
        let is_folder = target.attributes & FOLDER != 0;
        let size = if is_folder { 0 } else { target.size };
        let pieces = if is_folder {
            self.folder(first, chains)?
        } else {
            let needed = self.geometry.clusters_of(u64::from(size));
            let (pieces, clusters) = chains.follow(&mut self.from, first, needed)?;
            if clusters < needed {
                return Err(damaged(&format!("`{}` ends before its size", path.escape_debug())));
            }
            pieces
        };
        Ok(Entry { path, is_folder, size, pieces })
    }

    /// Where a folder is.
    fn folder(&mut self, first: u32, chains: &mut Chains) -> Result<Vec<Piece>, FatError> {
        let most = self.geometry.clusters_of(MAX_FOLDER);
        let (pieces, clusters) = chains.follow(&mut self.from, first, most + 1)?;
        if clusters > most { Err(damaged("a folder has more than 2 MiB")) } else { Ok(pieces) }
    }

    /// What is in the root.
    fn root(&mut self, chains: &mut Chains) -> Result<Vec<u8>, FatError> {
        if self.geometry.kind == FatKind::Fat32 {
            let pieces = self.folder(self.root, chains)?;
            return self.content(&pieces);
        }
        self.bytes(self.geometry.root_at(), self.geometry.root_bytes(), Vec::new())
    }

    /// What is in a folder, all clusters of it.
    fn content(&mut self, pieces: &[Piece]) -> Result<Vec<u8>, FatError> {
        let mut bytes = Vec::new();
        for (first, clusters) in pieces {
            let length = u64::from(*clusters) * u64::from(self.geometry.cluster);
            bytes = self.bytes(self.geometry.cluster_at(*first), length, bytes)?;
        }
        Ok(bytes)
    }

    /// `length` bytes from `at` on, behind those that are there.
    fn bytes(&mut self, at: u64, length: u64, mut behind: Vec<u8>) -> Result<Vec<u8>, FatError> {
        self.from.seek(SeekFrom::Start(self.base + at)).map_err(FatError::Read)?;
        (&mut self.from).take(length).read_to_end(&mut behind).map_err(FatError::Read)?;
        Ok(behind)
    }
}

fn damaged(why: &str) -> FatError {
    FatError::Damaged(why.to_owned())
}
