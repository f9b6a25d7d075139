//! Archives into folders. Nothing that an archive says is believed: not its names, its links, its sizes or its kind.
//!
//! What an archive is shows in its first bytes, not in its name. It is unpacked as a stream into a folder beside the target,
//! which gets its name when everything is there.

mod budget;
mod dos_time;
mod name;
mod packing;
mod tar;
mod tree;
mod zip;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use problem::Problem;

use crate::Unfinished;
use budget::{Budget, within};
use packing::Packing;
use tree::{Entry, Tree};

/// An archive of up to this size unpacked is never suspicious, in bytes.
const SMALL: u64 = 64 << 20;

/// How much an archive may hold. Beyond that it is refused, and nothing stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of all that comes out, in bytes.
    pub bytes: u64,
    /// How many bytes may come out for each of the archive's own. Up to 64 MiB come out of any archive.
    pub ratio: u64,
    /// Files, folders and links.
    pub entries: u64,
}

impl Default for Limits {
    /// 32 GiB, 2000 to 1 (gzip cannot do better than 1032), a million entries.
    fn default() -> Limits {
        Limits { bytes: 32 << 30, ratio: 2000, entries: 1_000_000 }
    }
}

/// How to unpack.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// When to stop.
    pub limits: Limits,
    /// How many leading parts of each name are dropped; what has no more than these is left out.
    pub strip: usize,
    /// What a single compressed file is named, without `.gz` and its like: by default as the archive.
    pub name: Option<String>,
}

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// Files, folders and links.
    pub entries: u64,
    /// Of all of it, an archive's own headers included.
    pub bytes: u64,
}

/// Unpacks tar (plain, or packed with gzip, xz, zstd or bzip2), zip, or a single file packed with one of these, into a
/// folder that is not there yet, or is empty.
///
/// Modes are kept as far as the user's mask allows, without set-user-ID and its like; times of files and folders are kept,
/// owners are not. A name that leads outside is refused, and so is a link that does, a device, and a sparse file.
///
/// # Errors
/// The user's: it is no archive, broken, hostile, or beyond the limits, or the target is in use. Otherwise the host's.
pub fn unpack(archive: &Path, target: &Path, options: &Options) -> Result<Unpacked, Problem> {
    let folder = Unfinished::beside(target)?;
    let unpacked = pour(archive, folder.path(), options).map_err(said(archive))?;
    folder.finish()?;
    Ok(unpacked)
}

/// The bytes of a tar archive, plain, or packed with gzip, xz, zstd or bzip2: none if the file is anything else. They fail
/// with `FileTooLarge` beyond the limits; entries are not counted.
///
/// # Errors
/// It cannot be read, or its beginning is broken.
pub fn open(path: &Path, limits: &Limits) -> Result<Option<Box<dyn Read + Send>>, Problem> {
    Ok(match look(path, limits).map_err(said(path))? {
        (Found::Tar(contents), budget) => Some(Box::new(within(budget, contents))),
        _ => None,
    })
}

/// The bytes that come out of a file that is packed with gzip, xz, zstd or bzip2, or its own if it is not. They fail with
/// `FileTooLarge` beyond the limits; entries are not counted.
///
/// # Errors
/// It cannot be read, or its beginning is broken.
pub fn unpacked(path: &Path, limits: &Limits) -> Result<impl Read + Send + use<>, Problem> {
    let open = || {
        let (mut file, budget) = within_budget(path, limits)?;
        let packing = Packing::of(&peek(&mut file)?);
        let contents = file.rewind().and_then(|()| packing.open(file)).map_err(broken)?;
        Ok(within(budget, contents))
    };
    open().map_err(said(path))
}

/// Whether there is something in it to unpack.
///
/// # Errors
/// It cannot be read, or its beginning is broken.
pub fn is_archive(path: &Path) -> Result<bool, Problem> {
    let (found, _) = look(path, &Limits::default()).map_err(said(path))?;
    Ok(!matches!(found, Found::Unknown))
}

fn said(archive: &Path) -> impl Fn(Problem) -> Problem {
    move |problem| Problem {
        message: format!("cannot unpack `{}`: {}", archive.display(), problem.message),
        ..problem
    }
}

/// What a file is.
enum Found {
    Zip(BufReader<File>),
    /// Unpacked.
    Tar(Box<dyn Read + Send>),
    /// Unpacked, and no archive.
    Single(Box<dyn Read + Send>),
    Unknown,
}

/// Tells what a file is by its first bytes, and what may come out of it.
fn look(path: &Path, limits: &Limits) -> Result<(Found, Budget), Problem> {
    let (file, budget) = within_budget(path, limits)?;
    Ok((find(file)?, budget))
}

fn within_budget(path: &Path, limits: &Limits) -> Result<(BufReader<File>, Budget), Problem> {
    let file = File::open(path).map_err(Problem::path("open", path))?;
    let size = file.metadata().map_err(Problem::path("read", path))?.len();
    Ok((BufReader::new(file), Budget::new(limits, size)))
}

fn find(mut file: BufReader<File>) -> Result<Found, Problem> {
    let packing = Packing::of(&peek(&mut file)?);
    file.rewind().map_err(broken)?;
    if packing == Packing::Zip {
        return Ok(Found::Zip(file));
    }
    let mut contents = packing.open(file).map_err(broken)?;
    let head = peek(&mut contents)?;
    let is_tar = tarball::begins(&head);
    let contents = Box::new(Cursor::new(head).chain(contents));
    Ok(match packing {
        _ if is_tar => Found::Tar(contents),
        Packing::None => Found::Unknown,
        _ => Found::Single(contents),
    })
}

fn pour(archive: &Path, into: &Path, options: &Options) -> Result<Unpacked, Problem> {
    let (found, mut budget) = look(archive, &options.limits)?;
    let mut tree = Tree::new(into, options);
    match found {
        Found::Zip(file) => zip::unpack(file, &mut budget, &mut tree)?,
        Found::Tar(contents) => tar::unpack(within(&mut budget, contents), &mut tree)?,
        Found::Single(contents) => {
            let name = single_name(archive, options);
            let entry = Entry { name: name.as_bytes(), mode: 0o644, mtime: SystemTime::now() };
            tree.file(&entry, &mut within(&mut budget, contents))?;
        }
        Found::Unknown => {
            return Err(Problem::user("it is no archive that we know")
                .hint("known are tar, zip, gzip, xz, zstd and bzip2, whatever the name"));
        }
    }
    let entries = tree.finish()?;
    Ok(Unpacked { entries, bytes: budget.spent() })
}

/// A name from elsewhere as a path inside of a folder: relative, without `..`. It may be empty.
///
/// # Errors
/// Why it is refused.
pub fn inside(name: &[u8]) -> Result<PathBuf, &'static str> {
    name::inside(name, 0)
}

/// As much of the beginning as tells what it is.
fn peek(from: &mut impl Read) -> Result<Vec<u8>, Problem> {
    let mut head = Vec::new();
    from.take(512).read_to_end(&mut head).map_err(broken)?;
    Ok(head)
}

fn single_name(archive: &Path, options: &Options) -> String {
    let own = || archive.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = options.name.clone().or_else(own).unwrap_or_default();
    let short = [".gz", ".xz", ".zst", ".bz2"].iter().find_map(|end| name.strip_suffix(end));
    short.filter(|short| !short.is_empty()).map_or(name.clone(), str::to_owned)
}

/// The archive's fault.
fn broken(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Problem::user(error.to_string())
            .hint("unpack it by hand, if you know that it is meant to be so large"),
        io::ErrorKind::UnexpectedEof => {
            Problem::user("it ends too early").hint("download it again")
        }
        _ => Problem::user(format!("it is broken: {}", printable(error.to_string().as_bytes()))),
    }
}

/// The archive wants what no archive should.
fn hostile(name: &[u8], why: &str) -> Problem {
    Problem::user(format!("it holds `{}`, which {why}", printable(name)))
}

/// What a line of a log may hold of an archive's words.
fn printable(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().take(200).flat_map(char::escape_debug).collect()
}
