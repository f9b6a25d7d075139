//! A folder that only we can look into, even below a world-writable `/tmp`.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use rustix::fs::{Mode, OFlags, open};

/// Makes `path` with mode 0700 unless it is there, and opens it.
///
/// # Errors
/// It is a link, is not a folder, belongs to someone else, or others may use it: someone planted it.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = File::from(open(path, flags, Mode::empty())?);
    check(&folder, path)?;
    Ok(folder)
}

fn check(folder: &File, path: &Path) -> io::Result<()> {
    let found = folder.metadata()?;
    let ours = rustix::process::geteuid().as_raw();
    if found.uid() != ours || found.mode() & 0o077 != 0 {
        let message = format!("`{}` is not a private folder of user {ours}", path.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    Ok(())
}
