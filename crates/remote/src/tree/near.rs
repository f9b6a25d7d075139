//! The tree here: what it holds, and the bytes of each piece.

use std::collections::HashMap;
use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;

use fastcdc::v2020::{ChunkData, Error, StreamCDC};
use problem::Problem;

use super::entry::LARGEST_PIECE;
use super::{Digest, Entry, Kind, Manifest, Piece};

/// The least and the usual bytes of a piece. A file that is no longer than the least is one piece.
const SMALLEST_PIECE: u32 = 1 << 16;
const USUAL_PIECE: u32 = 1 << 18;

/// A tree that can be sent.
#[derive(Debug)]
pub struct Source {
    root: PathBuf,
    /// Its content.
    pub manifest: Manifest,
    places: HashMap<Digest, Place>,
}

/// Where a piece is.
#[derive(Debug)]
struct Place {
    path: String,
    offset: u64,
    length: u32,
}

impl Source {
    /// Reads the files and links at `paths`, which begin at `root`.
    ///
    /// # Errors
    /// One of them cannot be read, or has a name that is no UTF-8.
    pub fn read(root: &Path, paths: &[PathBuf]) -> Result<Source, Problem> {
        let entries = read_all(root, paths)?;
        let mut places = HashMap::new();
        for entry in &entries {
            let mut offset = 0;
            for Piece { digest, length } in entry.pieces().iter().copied() {
                places.insert(digest, Place { path: entry.path.clone(), offset, length });
                offset += u64::from(length);
            }
        }
        let manifest = Manifest::try_from(entries).map_err(Problem::user)?;
        Ok(Source { root: root.into(), manifest, places })
    }

    /// How long a piece is, in bytes; 0 for one that is not of this tree.
    pub fn length(&self, digest: Digest) -> u64 {
        self.places.get(&digest).map_or(0, |place| place.length.into())
    }

    /// The bytes of a piece, read again.
    ///
    /// # Errors
    /// They have changed since, or are not of this tree.
    pub fn piece(&self, digest: Digest) -> Result<Vec<u8>, Problem> {
        let place = self.places.get(&digest).ok_or_else(|| {
            Problem::infrastructure(format!("the host asks for `{digest}`, which nobody offered"))
        })?;
        let path = self.root.join(&place.path);
        let mut bytes = vec![0; place.length as usize];
        let read = File::open(&path).and_then(|file| file.read_exact_at(&mut bytes, place.offset));
        match read {
            Ok(()) if Digest::of(&bytes) == digest => Ok(bytes),
            _ => Err(Problem::user(format!("`{}` changed while it was sent", place.path))
                .hint("run it again when nothing writes into the checkout")),
        }
    }
}

/// Each on one of as many threads as there are processors.
fn read_all(root: &Path, paths: &[PathBuf]) -> Result<Vec<Entry>, Problem> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = paths.len().div_ceil(threads).max(1);
    let read = |paths: &[PathBuf]| paths.iter().map(|path| entry(root, path)).collect();
    thread::scope(|scope| {
        let shares = paths.chunks(share).map(|paths| scope.spawn(move || read(paths)));
        let running: Vec<_> = shares.collect();
        let mut entries = Vec::with_capacity(paths.len());
        for thread in running {
            let read: Result<Vec<Entry>, Problem> = thread.join().unwrap_or_else(|_| {
                Err(Problem::infrastructure("reading the tree ended before its end"))
            });
            entries.extend(read?);
        }
        Ok(entries)
    })
}

fn entry(root: &Path, path: &Path) -> Result<Entry, Problem> {
    let no_text = || Problem::user(format!("the name of `{}` is no UTF-8", path.display()));
    let place = root.join(path);
    let about = fs::symlink_metadata(&place).map_err(Problem::path("read", &place))?;
    let kind = if about.is_symlink() {
        let to = fs::read_link(&place).map_err(Problem::path("read", &place))?;
        Kind::Link { to: to.to_str().ok_or_else(no_text)?.into() }
    } else {
        let executable = about.permissions().mode() & 0o111 != 0;
        let pieces = match about.len() {
            0 => Vec::new(),
            length if length <= u64::from(SMALLEST_PIECE) => vec![whole(&place)?],
            _ => pieces(&place)?,
        };
        Kind::File { executable, pieces }
    };
    Ok(Entry { path: path.to_str().ok_or_else(no_text)?.into(), kind })
}

fn whole(path: &Path) -> Result<Piece, Problem> {
    let bytes = fs::read(path).map_err(Problem::path("read", path))?;
    Ok(Piece { digest: Digest::of(&bytes), length: bytes.len() as u32 })
}

/// Never the whole file at once: it may be a disk.
fn pieces(path: &Path) -> Result<Vec<Piece>, Problem> {
    let file = File::open(path).map_err(Problem::path("read", path))?;
    let [smallest, usual, largest] =
        [SMALLEST_PIECE, USUAL_PIECE, LARGEST_PIECE].map(|size| size as usize);
    let cut = StreamCDC::new(file, smallest, usual, largest);
    let piece = |cut: Result<ChunkData, Error>| match cut {
        Ok(ChunkData { data, .. }) => {
            Ok(Piece { digest: Digest::of(&data), length: data.len() as u32 })
        }
        Err(error) => Err(Problem::path("read", path)(std::io::Error::from(error))),
    };
    cut.map(piece).collect()
}
