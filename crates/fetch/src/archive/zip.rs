//! A zip archive into a tree.

use std::io::{self, Read, Seek};

use problem::Problem;
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::budget::{Budget, within};
use super::dos_time::mtime;
use super::tree::{Entry, Tree};
use super::{broken, hostile};

/// The bits of a mode that say what it is, and those of a device and its like: a block device, a character device, a pipe
/// and a socket.
const KIND: u32 = 0o170_000;
const DEVICES: [u32; 4] = [0o060_000, 0o020_000, 0o010_000, 0o140_000];

/// A link's target, in bytes, and one more.
const LINK: u64 = 4096;

pub(super) fn unpack(
    from: impl Read + Seek,
    budget: &mut Budget,
    tree: &mut Tree,
) -> Result<(), Problem> {
    let mut archive = ZipArchive::new(from).map_err(unreadable)?;
    for index in 0..archive.len() {
        take(archive.by_index(index).map_err(unreadable)?, budget, tree)?;
    }
    Ok(())
}

fn take<R: Read>(
    file: ZipFile<'_, R>,
    budget: &mut Budget,
    tree: &mut Tree,
) -> Result<(), Problem> {
    let name = file.name_raw().to_owned();
    let (is_dir, is_link) = (file.is_dir(), file.is_symlink());
    let mode = file.unix_mode().unwrap_or(if is_dir { 0o755 } else { 0o644 });
    if DEVICES.contains(&(mode & KIND)) {
        return Err(hostile(&name, "is neither file, folder nor link"));
    }
    let entry = Entry { name: &name, mode, mtime: mtime(&file) };
    let mut contents = within(budget, file);
    if is_dir {
        return tree.folder(&entry);
    }
    if !is_link {
        return tree.file(&entry, &mut contents);
    }
    let mut to = Vec::new();
    contents.take(LINK).read_to_end(&mut to).map_err(broken)?;
    tree.soft_link(&name, &to)
}

fn unreadable(error: ZipError) -> Problem {
    match error {
        ZipError::Io(error) => broken(error),
        ZipError::UnsupportedArchive(why) => {
            Problem::user(format!("it is packed in a way that is not supported: {why}"))
                .hint("pack it with deflate and without a password")
        }
        other => broken(io::Error::other(other)),
    }
}
