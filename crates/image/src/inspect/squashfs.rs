//! squashfs 4.0: its folders and inodes, with a limit on everything.
//!
//! The crate `backhand`, which writes them, reads all tables at once and panics at some that are damaged.

use std::io::{self, Read};

use super::{FileEntry, FileKind, FileSystem, Files, Window, shown};
use crate::name::{MAX_COMPONENT, MAX_PATH};

/// A block of metadata holds at most this much, in bytes.
const BLOCK: usize = 8192;

/// How many unpacked blocks are kept.
const KEPT: usize = 16;

const MEMORY: u64 = 16 << 20;

pub(super) fn read(window: &Window) -> io::Result<Option<FileSystem>> {
    let mut head = [0; 96];
    if !window.fill(&mut head, 0)? || !head.starts_with(b"hsqs") {
        return Ok(None);
    }
    let wide =
        |at: usize| (0..8).fold(0, |sum, byte| sum | u64::from(head[at + byte]) << (8 * byte));
    let mut system = FileSystem { kind: "squashfs", used: Some(wide(40)), ..FileSystem::default() };
    let tables = Tables {
        window,
        method: u16::from_le_bytes([head[20], head[21]]),
        ids: wide(48),
        inodes: wide(64),
        folders: wide(72),
        blocks: Vec::new(),
    };
    let mut list = List { tables, files: &mut system.files };
    if let Err(error) = list.all(wide(32)) {
        system.files.incomplete = Some(error.to_string());
    }
    Ok(Some(system))
}

struct Tables<'a> {
    window: &'a Window,
    method: u16,
    ids: u64,
    inodes: u64,
    folders: u64,
    /// The blocks that were unpacked last: of names, inodes and owners in turn.
    blocks: Vec<Block>,
}

/// A block of metadata.
struct Block {
    at: u64,
    held: Vec<u8>,
    /// Where the next one is.
    next: u64,
}

/// A place in a table: where its block begins, and where in the unpacked block.
#[derive(Clone, Copy)]
struct Place {
    block: u64,
    offset: usize,
}

/// What an inode says.
struct Inode {
    entry: FileEntry,
    /// Where a folder's names are, and how many bytes they take.
    names: Option<(Place, u64)>,
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is damaged")
}

impl Tables<'_> {
    /// The next `N` bytes, which may go on in the next block.
    fn take<const N: usize>(&mut self, place: &mut Place) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(place, &mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, place: &mut Place, mut into: &mut [u8]) -> io::Result<()> {
        while !into.is_empty() {
            let Block { held, next, .. } = self.block(place.block)?;
            let rest = held.get(place.offset..).filter(|_| !held.is_empty()).ok_or_else(damaged)?;
            let count = rest.len().min(into.len());
            into[..count].copy_from_slice(&rest[..count]);
            into = &mut into[count..];
            place.offset += count;
            if place.offset == held.len() {
                *place = Place { block: *next, offset: 0 };
            }
        }
        Ok(())
    }

    fn block(&mut self, at: u64) -> io::Result<&Block> {
        if let Some(index) = self.blocks.iter().position(|block| block.at == at) {
            return Ok(&self.blocks[index]);
        }
        let mut size = [0; 2];
        self.bytes(&mut size, at)?;
        let size = u16::from_le_bytes(size);
        let (count, is_packed) = (usize::from(size & 0x7fff), size & 0x8000 == 0);
        let mut stored = vec![0; count];
        self.bytes(&mut stored, at.saturating_add(2))?;
        let held = if is_packed { unpacked(self.method, &stored)? } else { stored };
        self.blocks.truncate(KEPT - 1);
        self.blocks.insert(0, Block { at, held, next: at.saturating_add(2 + count as u64) });
        Ok(&self.blocks[0])
    }

    fn bytes(&self, into: &mut [u8], at: u64) -> io::Result<()> {
        if self.window.fill(into, at)? { Ok(()) } else { Err(damaged()) }
    }

    /// An owner's number by its place in the table of them.
    fn id(&mut self, index: [u8; 2]) -> io::Result<u32> {
        let index = u64::from(u16::from_le_bytes(index));
        let mut block = [0; 8];
        self.bytes(&mut block, self.ids.saturating_add(index / 2048 * 8))?;
        let mut place =
            Place { block: u64::from_le_bytes(block), offset: (index % 2048 * 4) as usize };
        self.take(&mut place).map(u32::from_le_bytes)
    }

    fn inode(&mut self, at: u64, path: &[u8]) -> io::Result<Inode> {
        let mut place =
            Place { block: self.inodes.saturating_add(at >> 16), offset: (at & 0xffff) as usize };
        let head = self.take::<16>(&mut place)?;
        let [kind, mode] = [[head[0], head[1]], [head[2], head[3]]].map(u16::from_le_bytes);
        let (mut size, mut target, mut names) = (0, None, None);
        match kind {
            1 => {
                let body = self.take::<16>(&mut place)?;
                let count = u64::from(u16::from_le_bytes([body[8], body[9]]));
                names = Some((self.names(&body[..4], &body[10..12]), count));
            }
            8 => {
                let body = self.take::<24>(&mut place)?;
                names = Some((self.names(&body[8..12], &body[18..20]), number(&body[4..8])));
            }
            2 => size = number(&self.take::<16>(&mut place)?[12..]),
            9 => size = number(&self.take::<16>(&mut place)?[8..]),
            3 | 10 => {
                size = number(&self.take::<8>(&mut place)?[4..]);
                let mut bytes = vec![0; bounded(size, MAX_PATH)?];
                self.fill(&mut place, &mut bytes)?;
                target = Some(shown(&bytes));
            }
            _ => {}
        }
        let (uid, gid) = (self.id([head[4], head[5]])?, self.id([head[6], head[7]])?);
        let (path, mode) = (shown(path), u32::from(mode & 0o7777));
        let entry = FileEntry { path, kind: kind_of(kind), size, mode, uid, gid, target };
        Ok(Inode { entry, names })
    }

    fn names(&self, block: &[u8], offset: &[u8]) -> Place {
        Place { block: self.folders.saturating_add(number(block)), offset: number(offset) as usize }
    }
}

struct List<'a, 'b> {
    tables: Tables<'a>,
    files: &'b mut Files,
}

impl List<'_, '_> {
    fn all(&mut self, root: u64) -> io::Result<()> {
        let root = self.tables.inode(root, b"")?;
        let mut folders: Vec<_> = root.names.map(|names| (Vec::new(), names)).into_iter().collect();
        while let Some((path, (mut place, size))) = folders.pop() {
            // The size counts three bytes more, for `.` and `..`.
            let mut left = size.saturating_sub(3);
            while left > 0 {
                let head = self.tables.take::<12>(&mut place)?;
                left = left.saturating_sub(12);
                for _ in 0..=number(&head[..4]).min(255) {
                    let (name, inode, used) = self.name(&mut place, number(&head[4..8]))?;
                    left = left.saturating_sub(used);
                    let path = if path.is_empty() {
                        name
                    } else {
                        [&path, b"/".as_slice(), &name].concat()
                    };
                    let Inode { entry, names } = self.tables.inode(inode, &path)?;
                    if !self.files.add(entry) {
                        return Ok(());
                    }
                    // A folder that holds itself ends here, at the latest.
                    folders
                        .extend(names.filter(|_| path.len() < MAX_PATH).map(|names| (path, names)));
                }
            }
        }
        Ok(())
    }

    /// A name in a folder, its inode, and how many bytes it took.
    fn name(&mut self, place: &mut Place, block: u64) -> io::Result<(Vec<u8>, u64, u64)> {
        let head = self.tables.take::<8>(place)?;
        let mut name = vec![0; bounded(number(&head[6..]) + 1, MAX_COMPONENT + 1)?];
        self.tables.fill(place, &mut name)?;
        let used = 8 + name.len() as u64;
        Ok((name, block << 16 | number(&head[..2]), used))
    }
}

fn unpacked(method: u16, stored: &[u8]) -> io::Result<Vec<u8>> {
    let mut held = Vec::new();
    let most = BLOCK as u64;
    match method {
        1 => flate2::read::ZlibDecoder::new(stored).take(most).read_to_end(&mut held)?,
        4 => {
            let stream = liblzma::stream::Stream::new_stream_decoder(MEMORY, 0)?;
            liblzma::read::XzDecoder::new_stream(stored, stream)
                .take(most)
                .read_to_end(&mut held)?
        }
        6 => zstd::stream::read::Decoder::with_buffer(stored)?.take(most).read_to_end(&mut held)?,
        _ => {
            let words = "its packing is none of gzip, xz and zstd: the files are not listed";
            return Err(io::Error::new(io::ErrorKind::Unsupported, words));
        }
    };
    Ok(held)
}

fn kind_of(kind: u16) -> FileKind {
    match kind {
        1 | 8 => FileKind::Folder,
        2 | 9 => FileKind::File,
        3 | 10 => FileKind::Symlink,
        4 | 11 => FileKind::BlockDevice,
        5 | 12 => FileKind::CharDevice,
        _ => FileKind::Other,
    }
}

fn bounded(size: u64, most: usize) -> io::Result<usize> {
    usize::try_from(size).ok().filter(|size| *size <= most).ok_or_else(damaged)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}
