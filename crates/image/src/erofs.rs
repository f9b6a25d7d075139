//! erofs, which Linux 5.4 and later can mount: written here as it is, or packed by `mkfs.erofs`.
//!
//! Source of the form: the kernel's `fs/erofs/erofs_fs.h`.

mod attributes;
mod folder;
mod inode;
mod mkfs;
mod plan;

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use uuid::Uuid;

use crate::output::{Output, Written};
use crate::tree::{Content, Kind, Tree};
use crate::{Error, digest};
use plan::{Place, Plan};

/// A block, in bytes.
const BLOCK: u64 = 4096;

/// Inodes are counted in so many bytes.
const SLOT: u64 = 32;

/// Where the superblock begins, in bytes.
const SUPERBLOCK: u64 = 1024;

/// How much is written at once, in bytes.
const CHUNK: usize = 256 << 10;

/// How an image is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What everything is dated, in seconds since 1970.
    pub time: u64,
    /// Whether what has a time of its own keeps it, in whole seconds. Not with `lz4`.
    pub keep_times: bool,
    /// The file system's identifier; without it, one that follows from the tree.
    pub uuid: Option<Uuid>,
    /// Whether files are packed by LZ4, with `mkfs.erofs`. That takes one owner and one group for all, and makes files of
    /// their own of further names.
    pub lz4: bool,
}

/// Writes a tree as erofs.
///
/// # Errors
/// An attribute or a device that erofs has no place for; a file cannot be read or written. If it is packed: `mkfs.erofs` is
/// missing; there are devices, pipes, extended attributes, several owners, or what its owner may not read.
pub fn write(tree: &Tree, to: &Path, options: &Options) -> Result<Written, Error> {
    let uuid = || options.uuid.map_or_else(|| digest::tree(tree).map(digest::uuid_of), Ok);
    if options.lz4 {
        return match options.keep_times {
            true => Err(Error::Options("packed erofs does not keep times".into())),
            false => mkfs::write(tree, to, uuid, options.time),
        };
    }
    let plan = Plan::new(tree)?;
    let output = Output::sparse(to, u64::from(plan.blocks) * BLOCK)?;
    let mut out = BufWriter::with_capacity(CHUNK, output.file());
    let head = superblock(&plan, options.time, uuid()?);
    put(&mut out, SUPERBLOCK, &head).map_err(Error::io(to))?;
    for (place, number) in plan.places.iter().zip(1..) {
        let time = place.node.time.filter(|_| options.keep_times).unwrap_or(options.time);
        fill(&mut out, &plan, place, &inode::head(place, number, time), to)?;
    }
    out.flush().map_err(Error::io(to))?;
    drop(out);
    tree.unchanged()?;
    output.commit()
}

fn superblock(plan: &Plan<'_>, time: u64, uuid: Uuid) -> [u8; 128] {
    /// Times are those of the last change.
    const MTIME: u32 = 2;
    let mut head = [0; 128];
    let mut set = |at: usize, bytes: &[u8]| head[at..at + bytes.len()].copy_from_slice(bytes);
    set(0, &[0xe2, 0xe1, 0xf5, 0xe0]);
    set(8, &MTIME.to_le_bytes());
    set(12, &[BLOCK.ilog2() as u8]);
    set(14, &((plan::FIRST / SLOT) as u16).to_le_bytes());
    set(16, &(plan.places.len() as u64).to_le_bytes());
    set(24, &time.to_le_bytes());
    set(36, &plan.blocks.to_le_bytes());
    set(48, uuid.as_bytes());
    head
}

/// Writes an inode with all that it holds: whole blocks are elsewhere, the rest may follow it.
fn fill(
    out: &mut BufWriter<&File>,
    plan: &Plan<'_>,
    place: &Place<'_>,
    head: &[u8],
    to: &Path,
) -> Result<(), Error> {
    let names;
    let mut content: Box<dyn Read + '_> = match &place.node.kind {
        Kind::File(content) => {
            content.unchanged()?;
            content.open().map_err(|error| digest::cannot_read(content, place.path, error))?
        }
        Kind::Folder => {
            names = plan.folder(place);
            Box::new(&names[..])
        }
        Kind::Symlink(target) => Box::new(&target[..]),
        Kind::Device(_) | Kind::Pipe => Box::new(io::empty()),
    };
    let pour = || {
        let mut copied = 0;
        if place.size > place.tail {
            out.seek(SeekFrom::Start(u64::from(place.block) * BLOCK))?;
            copied = io::copy(&mut (&mut content).take(place.size - place.tail), out)?;
        }
        put(out, place.at, head)?;
        Ok(copied + io::copy(&mut content.take(place.tail), out)?)
    };
    match (pour().map_err(Error::io(to))?, &place.node.kind) {
        (copied, Kind::File(Content::Host { path, .. })) if copied < place.size => {
            Err(Error::Changed { path: path.clone() })
        }
        _ => Ok(()),
    }
}

fn put(out: &mut BufWriter<&File>, at: u64, bytes: &[u8]) -> io::Result<()> {
    out.seek(SeekFrom::Start(at))?;
    out.write_all(bytes)
}
