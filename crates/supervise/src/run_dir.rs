//! A run's private folder, which the next run removes if this one is killed.

use std::env;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{FlockOperation, OFlags, flock};

use crate::private_folder::open_private;
use crate::{CleanUp, Guard};

/// The file whose lock says that the folder's owner lives.
const LOCK: &str = "lock";

/// How often, and how soon, a folder is removed again in which somebody still writes.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// A folder of mode 0700 for one run, removed when dropped, by [`CleanUp::run_all`], or by a later [`RunDir::sweep`].
#[derive(Debug)]
pub struct RunDir {
    path: PathBuf,
    // Fields drop in order: the folder goes before its lock, so no sweep comes in between.
    _guard: Guard,
    _lock: File,
}

impl RunDir {
    /// Makes a folder `bootgate-<uid>/run-XXXX` below the first of `$TMPDIR`, `$XDG_RUNTIME_DIR` and `/tmp` where that
    /// can be private.
    ///
    /// # Errors
    /// None of them can hold it: full, read-only, or planted by someone else.
    pub fn create() -> io::Result<RunDir> {
        let mut outcome = Err(io::ErrorKind::NotFound.into());
        for base in bases() {
            outcome = RunDir::create_in(&base);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// As [`RunDir::create`], with the folder `base` instead of the environment's.
    ///
    /// # Errors
    /// `base` cannot hold it.
    pub fn create_in(base: &Path) -> io::Result<RunDir> {
        let parent = parent_below(base);
        let opened = open_private(&parent)?;
        // Held until our own lock is: a sweep never sees a folder whose owner has not locked it yet.
        flock(&opened, FlockOperation::LockExclusive)?;
        let mut names = tempfile::Builder::new();
        let path = names
            .prefix("run-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&parent)?
            .keep();
        let removed = path.clone();
        let guard = CleanUp::push(format!("folder {}", path.display()), move || remove(&removed));
        let lock =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path.join(LOCK))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(RunDir { path, _guard: guard, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the folders of runs that were killed, and says how many. Never fails: what cannot be removed stays.
    pub fn sweep() -> usize {
        bases().iter().map(|base| RunDir::sweep_in(base)).sum()
    }

    /// As [`RunDir::sweep`], below `base` only.
    pub fn sweep_in(base: &Path) -> usize {
        let parent = parent_below(base);
        if !parent.exists() {
            return 0;
        }
        open_private(&parent).and_then(|opened| sweep_locked(&opened, &parent)).unwrap_or(0)
    }
}

/// Looks at every run's folder while no run can begin. Where another process holds the lock, it is its turn to sweep.
fn sweep_locked(opened: &File, parent: &Path) -> io::Result<usize> {
    flock(opened, FlockOperation::NonBlockingLockExclusive)?;
    let folders = fs::read_dir(parent)?.filter_map(Result::ok).map(|entry| entry.path());
    Ok(folders.filter(|path| is_dead(path)).filter(|path| fs::remove_dir_all(path).is_ok()).count())
}

/// Whether the folder's owner is gone: its lock can be taken, or it died before there was one.
fn is_dead(path: &Path) -> bool {
    let flags = OFlags::NOFOLLOW.bits().cast_signed();
    match OpenOptions::new().write(true).custom_flags(flags).open(path.join(LOCK)) {
        Ok(lock) => flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound && path.is_dir(),
    }
}

/// Removes a folder of our own, which must not look dead to a sweep while it is half gone.
fn remove(path: &Path) {
    let parent = path.parent().and_then(|parent| open_private(parent).ok());
    let _locked = parent.as_ref().map(|parent| flock(parent, FlockOperation::LockExclusive));
    // Who was killed a moment ago may still make something in it. What stays is swept by a later run.
    for _ in 0..TRIES {
        if fs::remove_dir_all(path).is_ok() || !path.exists() {
            return;
        }
        sleep(PAUSE);
    }
}

fn parent_below(base: &Path) -> PathBuf {
    base.join(format!("bootgate-{}", rustix::process::geteuid().as_raw()))
}

/// Where runs may keep their folders, the best first.
fn bases() -> Vec<PathBuf> {
    let named = ["TMPDIR", "XDG_RUNTIME_DIR"].into_iter().filter_map(env::var_os);
    let mut bases: Vec<PathBuf> =
        named.filter(|base| !base.is_empty()).map(PathBuf::from).collect();
    bases.push(PathBuf::from("/tmp"));
    bases.dedup();
    bases
}
