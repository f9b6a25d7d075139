//! Every place in the file system, decided before anything is written.

use std::fs::File;

use sha2::{Digest, Sha256};

use crate::tree::{Content, Kind, Tree};

use super::boot::{self, BACKUP, INFO, Volume};
use super::error::FatError;
use super::folders::{self, Child, Folder, What};
use super::geometry::{self, Geometry, Needs};
use super::options::{FatKind, Options};
use super::slot::{self, FILE, FOLDER, Target, VOLUME};
use super::sparse::Part;
use super::stamp::Stamp;
use super::table;

/// A file system that can be written.
#[derive(Debug)]
#[must_use = "nothing is written yet"]
pub struct Plan {
    geometry: Geometry,
    size: u64,
    boot: Vec<u8>,
    /// The root, where it is in no cluster.
    root: Vec<u8>,
    /// What is in the clusters, one behind the other from the first on.
    pieces: Vec<Content>,
}

/// Decides where everything is. Only names and sizes are looked at.
///
/// # Errors
/// FAT cannot have what is in the tree, an option is impossible, or the size is too small; see [`FatError`].
pub fn plan(tree: &Tree, options: &Options) -> Result<Plan, FatError> {
    options.check()?;
    let label = options.padded_label()?;
    let folders = folders::read(tree, label.is_some(), options.kind)?;
    let inner = folders[1..].iter().map(|folder| folder.slots * 32);
    let files = folders.iter().flat_map(|folder| folder.children.iter().filter_map(Child::size));
    let needs = Needs { root: folders[0].slots, sizes: inner.chain(files).collect() };
    let (size, geometry) = geometry::fitting(options, &needs)?;
    let serial = options.serial.unwrap_or_else(|| serial(tree));
    let boot = boot::encode(&geometry, &Volume { serial, label, hidden: options.hidden });
    let (root, pieces) = laid_out(&folders, &geometry, label, Stamp::of(options.time));
    Ok(Plan { geometry, size, boot, root, pieces })
}

/// The root, if it is in no cluster, and what is in the clusters: the folders, then the files.
fn laid_out(
    folders: &[Folder<'_>],
    geometry: &Geometry,
    label: Option<[u8; 11]>,
    stamp: Stamp,
) -> (Vec<u8>, Vec<Content>) {
    let mut next = 2;
    let mut take = |bytes: u64| {
        let first = next;
        next += geometry.clusters_of(bytes);
        if bytes == 0 { 0 } else { first }
    };
    let in_cluster = |index: usize| index > 0 || geometry.kind == FatKind::Fat32;
    let starts: Vec<u32> = (0..folders.len())
        .map(|index| if in_cluster(index) { take((folders[index].slots * 32).max(1)) } else { 0 })
        .collect();
    let (mut root, mut pieces, mut files) = (Vec::new(), Vec::new(), Vec::new());
    for (index, folder) in folders.iter().enumerate() {
        let mut bytes = Vec::new();
        let mut push = |name: &[u8; 11], attributes, first| {
            slot::push_short(&mut bytes, name, Target { attributes, first, size: 0 }, stamp);
        };
        if index > 0 {
            push(b".          ", FOLDER, starts[index]);
            // The root has no number here, not even in FAT32.
            push(
                b"..         ",
                FOLDER,
                if folder.parent == 0 { 0 } else { starts[folder.parent] },
            );
        } else if let Some(label) = label {
            push(&label, VOLUME, 0);
        }
        for Child { name, short, what } in &folder.children {
            let target = match *what {
                What::Folder(place) => Target { attributes: FOLDER, first: starts[place], size: 0 },
                What::File(content) => {
                    files.push(content.clone());
                    Target {
                        attributes: FILE,
                        first: take(content.size()),
                        size: content.size() as u32,
                    }
                }
            };
            slot::push(&mut bytes, name, short, target, stamp);
        }
        if in_cluster(index) {
            // An empty root still has its cluster.
            bytes.resize(bytes.len().max(1), 0);
            pieces.push(Content::Bytes(bytes.into()));
        } else {
            root = bytes;
        }
    }
    pieces.extend(files.into_iter().filter(|file| file.size() > 0));
    (root, pieces)
}

impl Child<'_> {
    /// Of a file, in bytes.
    fn size(&self) -> Option<u64> {
        match self.what {
            What::File(content) => Some(content.size()),
            What::Folder(_) => None,
        }
    }
}

/// The same for the same paths and sizes.
fn serial(tree: &Tree) -> u32 {
    let mut hash = Sha256::new();
    for (path, node) in tree.iter() {
        hash.update(path);
        let size = if let Kind::File(content) = &node.kind { content.size() } else { u64::MAX };
        hash.update([[0].as_slice(), &size.to_le_bytes()].concat());
    }
    let [a, b, c, d, ..] = <[u8; 32]>::from(hash.finalize());
    u32::from_le_bytes([a, b, c, d])
}

impl Plan {
    /// In bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// How many bits its table has for a cluster.
    pub fn kind(&self) -> FatKind {
        self.geometry.kind
    }

    /// Bytes of a cluster.
    pub fn cluster(&self) -> u32 {
        self.geometry.cluster
    }

    /// Writes it into `to` from byte `at` on, such as the begin of a partition, front to back. What is zero becomes a
    /// hole, and `to` grows if it is too short.
    ///
    /// # Errors
    /// A file of the host cannot be read or has another size than in the tree, or `to` cannot be written.
    pub fn write(&self, to: &File, at: u64) -> Result<(), FatError> {
        let geometry = &self.geometry;
        let mut part = Part::cleared(to, at, self.size).map_err(FatError::Write)?;
        let sector = u64::from(geometry.sector);
        part.put(0, &self.boot)?;
        let lengths = || self.pieces.iter().map(|piece| geometry.clusters_of(piece.size()));
        if geometry.kind == FatKind::Fat32 {
            let used = lengths().sum::<u32>();
            let free = geometry.clusters - used;
            let next = if free == 0 { u32::MAX } else { used + 2 };
            let info = boot::info(geometry.sector, free, next);
            part.put(u64::from(INFO) * sector, &info)?;
            part.put(u64::from(BACKUP) * sector, &self.boot)?;
            part.put(u64::from(BACKUP + INFO) * sector, &info)?;
        }
        let table = table::in_pieces(geometry.kind, lengths());
        for number in 0..geometry.tables {
            part.put(geometry.table_at(number), &table)?;
        }
        part.put(geometry.root_at(), &self.root)?;
        let mut next = 2;
        for (piece, length) in self.pieces.iter().zip(lengths()) {
            match piece {
                Content::Bytes(bytes) => part.put(geometry.cluster_at(next), bytes)?,
                Content::Host { path, size } => {
                    part.copy(geometry.cluster_at(next), path, *size)?
                }
            }
            next += length;
        }
        Ok(())
    }
}
