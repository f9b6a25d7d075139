//! A folder beside where its contents will belong, which goes unless they were taken out of it.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use supervise::{CleanUp, Guard};

use problem::Problem;

/// What its name begins with, wherever it is.
const PREFIX: &str = ".bootgate-cache-";

/// From what age on a folder without an owner is removed: a younger one may be about to be locked.
const OLD: Duration = Duration::from_secs(3600);

/// A folder of mode 0700, on the same file system as its parent. Removed when dropped, when we are asked to end, or by
/// the next [`Scratch::new`] beside it.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
    _guard: Guard,
    _lock: File,
}

impl Scratch {
    pub(crate) fn new(parent: &Path) -> Result<Scratch, Problem> {
        sweep(parent);
        Scratch::make(parent).map_err(Problem::path("make a folder in", parent))
    }

    fn make(parent: &Path) -> io::Result<Scratch> {
        let mut names = tempfile::Builder::new();
        names.prefix(PREFIX).permissions(Permissions::from_mode(0o700));
        let path = names.tempdir_in(parent)?.keep();
        let removed = path.clone();
        let guard = CleanUp::push(format!("folder {}", path.display()), move || remove(&removed));
        let lock = File::open(&path)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Scratch { path, _guard: guard, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// The part of the path that lies in such a folder: all that a reader needs to see.
pub(crate) fn inside(path: &Path) -> PathBuf {
    let is_scratch = |name: &OsStr| name.to_string_lossy().starts_with(PREFIX);
    let mut inside = path.iter().skip_while(|name| !is_scratch(name)).skip(1).peekable();
    if inside.peek().is_some() { inside.collect() } else { path.to_owned() }
}

/// Removes a tree, folders that nobody may write to among it. What cannot be removed is left to the next sweep.
pub(crate) fn remove(path: &Path) {
    if fs::remove_dir_all(path).is_err() {
        unlock(path);
        let _stays = fs::remove_dir_all(path);
    }
}

fn unlock(folder: &Path) {
    let _not_ours = fs::set_permissions(folder, Permissions::from_mode(0o700));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        // Of the entry itself: a link leads elsewhere.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            unlock(&entry.path());
        }
    }
}

/// Removes what killed processes have left in `parent`.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_dead(&entry) {
            remove(&entry.path());
        }
    }
}

fn is_dead(entry: &fs::DirEntry) -> bool {
    let age =
        entry.metadata().ok().filter(fs::Metadata::is_dir).and_then(|meta| meta.modified().ok());
    let old = age.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > OLD);
    let lock = || {
        let folder = File::open(entry.path()).ok()?;
        flock(&folder, FlockOperation::NonBlockingLockExclusive).ok()
    };
    old && lock().is_some()
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn it_goes_with_folders_that_nobody_may_write_to() {
        let parent = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(parent.path()).unwrap();
        fs::create_dir_all(scratch.path().join("a/b")).unwrap();
        fs::write(scratch.path().join("a/b/c"), "c").unwrap();
        fs::set_permissions(scratch.path().join("a/b"), Permissions::from_mode(0o500)).unwrap();
        drop(scratch);
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_process_left_is_swept_and_what_lives_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let (dead, young) = ([PREFIX, "dead"].concat(), [PREFIX, "young"].concat());
        let alive = Scratch::new(parent.path()).unwrap();
        for name in [&dead, &young, "other"] {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        let long_ago = SystemTime::now() - 2 * OLD;
        for path in [parent.path().join(&dead), parent.path().join("other"), alive.path().into()] {
            File::open(path).unwrap().set_modified(long_ago).unwrap();
        }
        sweep(parent.path());
        assert!(!parent.path().join(&dead).exists());
        assert!(parent.path().join(&young).exists() && parent.path().join("other").exists());
        assert!(alive.path().exists());
    }
}
