//! What is dear to build is kept for the next run: in GitHub's cache service, spoken as its own client speaks it, or in
//! a local folder where there is none.
//!
//! ```no_run
//! # struct Quiet; impl cache::Watcher for Quiet { fn mask(&self, _: &str) {} fn warn(&self, _: &str) {} }
//! # fn main() -> Result<(), problem::Problem> {
//! let paths = cache::Paths::new(&["build", "~/.cache/qemu"], "/home/me/checkout".as_ref(), Some("/home/me".as_ref()))?;
//! let cache = cache::Cache::Local(cache::Local::new("/home/me/.cache/bootgate", cache::Local::USUAL_LIMIT));
//! if cache.restore(&paths, "qemu-8.2.0-abc", &[], &Quiet)?.is_none() {
//!     // build it, then
//!     cache.save(&paths, "qemu-8.2.0-abc", &Quiet)?;
//! }
//! # Ok(()) }
//! ```
//!
//! A cache is never a reason to fail: a service that is out of reach, refuses, or offers a broken entry is a warning and
//! a miss. Errors are mistakes in paths and keys, this host's own troubles such as a full disk, and entries that hold what
//! they should not. Whatever happens, no half-restored tree is ever to be seen.

mod archive;
mod copy;
mod kept;
mod key;
mod layout;
mod local;
mod pack;
mod paths;
mod scratch;
mod service;
mod staging;
mod trouble;
mod unpack;

use std::path::PathBuf;

use key::Keys;
use problem::Problem;
use staging::Staging;
use trouble::Trouble;

pub use copy::copy;
pub use kept::{Kept, Label, Restored, digest};
pub use key::spare;
pub use local::Local;
pub use paths::Paths;
pub use service::Service;
pub use staging::Staged;
pub use wire::Patience;

/// Where entries are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cache {
    /// By GitHub, for all jobs of the repository.
    Service(Service),
    /// On this machine.
    Local(Local),
}

/// An entry that was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its key.
    pub key: String,
    /// Whether that is the one that was asked for, not one that begins with it or with a restore key.
    pub exact: bool,
    /// The size of the archive, in bytes.
    pub size: u64,
    /// The paths that were in it, and are now in their places.
    pub restored: Vec<PathBuf>,
}

/// What became of an entry that was to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is there.
    Yes {
        /// The size of the archive, in bytes.
        size: u64,
    },
    /// One of this key is there already, or on its way.
    Exists,
    /// It is not there, and nobody will take a part of it for the whole.
    No {
        /// As a lower-case fragment, to be shown.
        why: String,
    },
}

/// Hears what happens on the way, and judges what comes back.
pub trait Watcher {
    /// This text must not appear in any log from now on. Called before it is used.
    fn mask(&self, secret: &str);

    /// Something that is no error, but that the user should know of. The text may hold words of the server's, all
    /// printable, in one line.
    fn warn(&self, warning: &str);

    /// Whether what came back is what was once saved. It is not in its place yet; if it is no good, it never will be.
    ///
    /// # Errors
    /// Why it is no good, as a lower-case fragment.
    fn check(&self, _came: &[Staged<'_>]) -> Result<(), String> {
        Ok(())
    }

    /// The entry of exactly the key that was asked for is no good. The service replaces none: save under [`spare`].
    fn broken(&self, _key: &str) {}
}

/// An entry that was found, and what became of it.
struct Fetched {
    key: String,
    outcome: Result<(Staging, u64), Trouble>,
}

impl Cache {
    /// Restores the best entry: that of `key`, or the newest of those that begin with it or with one of `restore_keys`,
    /// in this order. What was in the paths before is replaced.
    ///
    /// # Errors
    /// A key is none; this host cannot hold the entry; or the entry holds what is outside of `paths`.
    pub fn restore(
        &self,
        paths: &Paths,
        key: &str,
        restore_keys: &[String],
        watcher: &dyn Watcher,
    ) -> Result<Option<Hit>, Problem> {
        let keys = Keys::new(key, restore_keys)?;
        let Some(fetched) = self.fetch(paths, keys, watcher)? else { return Ok(None) };
        let was_exact = fetched.key == key;
        if let Some(hit) = self.accept(fetched, paths, key, watcher)? {
            return Ok(Some(hit));
        }
        if !was_exact {
            return Ok(None);
        }
        watcher.broken(key);
        let spare = spare(key);
        let keys = Keys { key: &spare, restore: &[] };
        let Some(fetched) = self.fetch(paths, keys, watcher)? else { return Ok(None) };
        let is_spare = fetched.key == spare;
        let hit = self.accept(fetched, paths, key, watcher)?;
        Ok(hit.map(|hit| Hit { exact: is_spare, ..hit }))
    }

    /// Saves the paths under `key`. Those that do not exist are left out.
    ///
    /// # Errors
    /// The key is none; none of the paths exists; or one of them cannot be read.
    pub fn save(&self, paths: &Paths, key: &str, watcher: &dyn Watcher) -> Result<Saved, Problem> {
        Keys::new(key, &[])?;
        let saved = match self {
            Cache::Service(service) => service.save(paths, key, watcher),
            Cache::Local(local) => local.save(paths, key),
        }?;
        match &saved {
            Saved::Yes { .. } => {}
            Saved::Exists => watcher.warn(&format!("the cache has an entry `{key}` already")),
            Saved::No { why } => {
                watcher.warn(&format!("`{key}` was not saved to the cache: {why}"))
            }
        }
        Ok(saved)
    }

    fn fetch(
        &self,
        paths: &Paths,
        keys: Keys<'_>,
        watcher: &dyn Watcher,
    ) -> Result<Option<Fetched>, Problem> {
        match self {
            Cache::Service(service) => service.fetch(paths, keys, watcher),
            Cache::Local(local) => local.fetch(paths, keys),
        }
    }

    /// Puts what came in its place, if it is good.
    fn accept(
        &self,
        fetched: Fetched,
        paths: &Paths,
        key: &str,
        watcher: &dyn Watcher,
    ) -> Result<Option<Hit>, Problem> {
        let (found, shown) = (&fetched.key, printable(&fetched.key));
        let checked = fetched.outcome.and_then(|(staging, size)| {
            watcher.check(&staging.staged()).map_err(Trouble::Broken)?;
            Ok((staging, size))
        });
        let (staging, size) = match checked {
            Ok(good) => good,
            Err(Trouble::Host(error)) => return Err(error),
            Err(Trouble::Hostile(why)) => {
                self.forget(paths, found);
                return Err(Problem::infrastructure(format!(
                    "the cache entry `{shown}` is not ours: {why}"
                ))
                .hint("find out who saved it, and delete it with `gh cache delete`"));
            }
            Err(Trouble::Broken(why)) => {
                self.forget(paths, found);
                watcher.warn(&format!("the cache entry `{shown}` is no good: {why}"));
                return Ok(None);
            }
        };
        let restored = staging.commit()?;
        Ok(Some(Hit { exact: found == key, key: fetched.key, size, restored }))
    }

    /// Drops an entry, where we can: the service offers no such call.
    fn forget(&self, paths: &Paths, key: &str) {
        if let Cache::Local(local) = self {
            local.forget(paths, key);
        }
    }
}

/// Text of others in one line, without control characters, and not endless.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
