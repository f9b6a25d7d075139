//! Files and folders into an archive, as `tar --posix` writes it.

use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use tar::{Builder, EntryType, Header};

use crate::layout::Layout;
use problem::Problem;

/// How hard to press. Pressing is what bounds a save; the level after this one takes half as long again and makes archives
/// smaller by a few percent.
const LEVEL: i32 = 1;

/// The size of a record, in bytes: contents are filled up to it.
const RECORD: u64 = 512;

/// How much is read at once, in bytes.
const CHUNK: usize = 256 << 10;

/// Packs what is there of the layout's places and compresses it on all cores. Gives back `out`.
pub(crate) fn pack<W: Write>(layout: &Layout, out: W) -> Result<W, Problem> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let broken = |error| Problem::infrastructure(format!("cannot compress: {error}"));
    let mut zstd = zstd::Encoder::new(out, LEVEL).map_err(broken)?;
    zstd.multithread(u32::try_from(cores).unwrap_or(1)).map_err(broken)?;
    zstd.include_checksum(true).map_err(broken)?;
    let mut packer =
        Packer { tar: Builder::new(zstd), seen: HashMap::new(), chunk: vec![0; CHUNK] };
    let mut any = false;
    for place in &layout.places {
        let there = place.target.symlink_metadata();
        if there.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            continue;
        }
        any = true;
        packer.add(&place.target, &layout.name(place))?;
    }
    if !any {
        return Err(Problem::user("there is nothing to cache: none of the paths exists"));
    }
    packer.tar.into_inner().and_then(zstd::Encoder::finish).map_err(writing)
}

struct Packer<W: Write> {
    tar: Builder<W>,
    /// The first name of each file that has several.
    seen: HashMap<(u64, u64), PathBuf>,
    chunk: Vec<u8>,
}

impl<W: Write> Packer<W> {
    fn add(&mut self, path: &Path, name: &Path) -> Result<(), Problem> {
        let meta = path.symlink_metadata().map_err(Problem::path("read", path))?;
        let kind = meta.file_type();
        if kind.is_dir() {
            self.folder(path, name, &meta)
        } else if kind.is_symlink() {
            let to = fs::read_link(path).map_err(Problem::path("read", path))?;
            self.head(name, &meta, EntryType::Symlink, Some(&to)).map_err(writing)
        } else if kind.is_file() {
            self.file(path, name)
        } else if kind.is_socket() {
            // Its peer is a process: `tar` leaves it out as well.
            Ok(())
        } else {
            Err(Problem::user(format!(
                "`{}` is a device or a pipe and cannot be cached",
                path.display()
            )))
        }
    }

    fn folder(&mut self, path: &Path, name: &Path, meta: &Metadata) -> Result<(), Problem> {
        // With a slash at its end.
        self.head(&name.join(""), meta, EntryType::Directory, None).map_err(writing)?;
        let entries = fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut names: Vec<_> = entries
            .map_err(Problem::path("read", path))?
            .iter()
            .map(fs::DirEntry::file_name)
            .collect();
        names.sort_unstable();
        names.iter().try_for_each(|entry| self.add(&path.join(entry), &name.join(entry)))
    }

    fn file(&mut self, path: &Path, name: &Path) -> Result<(), Problem> {
        let file = File::open(path).map_err(Problem::path("read", path))?;
        // Of what was opened: its size must be that of what is read.
        let meta = file.metadata().map_err(Problem::path("read", path))?;
        if meta.nlink() > 1 {
            if let Some(first) = self.seen.get(&(meta.dev(), meta.ino())) {
                let first = first.clone();
                return self.head(name, &meta, EntryType::Link, Some(&first)).map_err(writing);
            }
            self.seen.insert((meta.dev(), meta.ino()), name.to_owned());
        }
        self.head(name, &meta, EntryType::Regular, None).map_err(writing)?;
        self.contents(file, path, meta.len())
    }

    /// Exactly `size` bytes: the header has promised them.
    fn contents(&mut self, mut file: File, path: &Path, size: u64) -> Result<(), Problem> {
        let mut left = size;
        while left > 0 {
            let most = CHUNK.min(usize::try_from(left).unwrap_or(CHUNK));
            let read = file.read(&mut self.chunk[..most]).map_err(Problem::path("read", path))?;
            if read == 0 {
                let message = format!("`{}` became shorter while it was read", path.display());
                return Err(Problem::infrastructure(message));
            }
            self.tar.get_mut().write_all(&self.chunk[..read]).map_err(writing)?;
            left -= read as u64;
        }
        let fill = usize::try_from(size.next_multiple_of(RECORD) - size).unwrap_or(0);
        self.tar.get_mut().write_all(&[0; RECORD as usize][..fill]).map_err(writing)
    }

    /// A header, with another one before it for what does not fit in.
    fn head(
        &mut self,
        name: &Path,
        meta: &Metadata,
        kind: EntryType,
        to: Option<&Path>,
    ) -> io::Result<()> {
        let (name, to) = (name.as_os_str().as_bytes(), to.map(|to| to.as_os_str().as_bytes()));
        let mtime = format!("{}.{:09}", meta.mtime(), meta.mtime_nsec());
        let mut more = Vec::new();
        let mut header = Header::new_ustar();
        put(&mut header.as_old_mut().name, "path", name, &mut more);
        if let Some(to) = to {
            put(&mut header.as_old_mut().linkname, "linkpath", to, &mut more);
        }
        // Before 1970 the fraction counts the other way; nobody misses it.
        if meta.mtime_nsec() != 0 && meta.mtime() >= 0 {
            more.push(("mtime", mtime.as_bytes()));
        }
        header.set_entry_type(kind);
        header.set_mode(meta.mode() & 0o7777);
        header.set_uid(meta.uid().into());
        header.set_gid(meta.gid().into());
        header.set_mtime(u64::try_from(meta.mtime()).unwrap_or(0));
        header.set_size(if kind == EntryType::Regular { meta.len() } else { 0 });
        header.set_cksum();
        if !more.is_empty() {
            self.tar.append_pax_extensions(more)?;
        }
        self.tar.get_mut().write_all(header.as_bytes())
    }
}

/// Puts the text into the field; where it is too long, all of it goes to what stands before the header.
fn put<'a>(
    field: &mut [u8; 100],
    key: &'static str,
    text: &'a [u8],
    more: &mut Vec<(&'static str, &'a [u8])>,
) {
    let fits = text.len().min(field.len());
    field[..fits].copy_from_slice(&text[..fits]);
    if text.len() > fits {
        more.push((key, text));
    }
}

fn writing(error: io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Problem::infrastructure("cannot write the archive: the disk is full")
                .hint("free some space, or cache less")
        }
        _ => Problem::infrastructure(format!("cannot write the archive: {error}")),
    }
}
