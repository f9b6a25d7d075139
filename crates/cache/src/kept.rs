//! Folders that are kept under a key: in their place as long as the machine lasts, and in a cache.

mod label;
mod tree;

use std::cell::Cell;
use std::path::{Path, PathBuf};

use problem::Problem;

use crate::{Cache, Paths, Saved, Staged, Watcher, spare};

pub use label::Label;
pub use tree::digest;

/// A folder that is complete only with its label, below a folder of such folders.
#[derive(Debug)]
pub struct Kept<'a> {
    cache: &'a Cache,
    place: PathBuf,
    paths: Paths,
    key: &'a str,
}

/// What the cache had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Whether it is in its place now.
    pub is_hit: bool,
    /// What to save a fresh one under: the service replaces no entry, so after a broken one it is another key.
    pub save_as: String,
}

impl<'a> Kept<'a> {
    /// The folder of this key below `base`. Its names in the cache begin there, so that it fits wherever that is next time.
    ///
    /// # Errors
    /// The key is no name of a folder.
    pub fn new(cache: &'a Cache, base: &Path, key: &'a str) -> Result<Kept<'a>, Problem> {
        Ok(Kept { cache, place: base.join(key), paths: Paths::new(&[key], base, None)?, key })
    }

    /// Where it is, or will be.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Brings it back, if the cache has it whole, and the watcher finds it good.
    ///
    /// # Errors
    /// The disk is full, or the entry holds what it should not.
    pub fn restore(&self, watcher: &dyn Watcher) -> Result<Restored, Problem> {
        let ears = Ears { watcher, key: self.key, is_broken: Cell::new(false) };
        let is_hit = self.cache.restore(&self.paths, self.key, &[], &ears)?.is_some();
        let save_as = if ears.is_broken.get() { spare(self.key) } else { self.key.to_owned() };
        Ok(Restored { is_hit, save_as })
    }

    /// Saves what is in the place, if it is still what was labelled, and gives the size of the entry in bytes: none where
    /// the watcher was told why there is none.
    ///
    /// # Errors
    /// It has changed.
    pub fn save(&self, save_as: &str, watcher: &dyn Watcher) -> Result<Option<u64>, Problem> {
        Label::verify(&self.place, Some(self.key)).map_err(|why| {
            Problem::infrastructure(format!("`{}` is not saved to the cache: {why}", self.key))
        })?;
        match self.cache.save(&self.paths, save_as, watcher) {
            Ok(Saved::Yes { size }) => Ok(Some(size)),
            Ok(Saved::Exists | Saved::No { .. }) => Ok(None),
            Err(problem) => {
                watcher.warn(&format!("`{}` was not saved to the cache: {problem}", self.key));
                Ok(None)
            }
        }
    }
}

/// Hears for another one, and lets nothing in its place that is not what was labelled.
struct Ears<'a> {
    watcher: &'a dyn Watcher,
    key: &'a str,
    is_broken: Cell<bool>,
}

impl Watcher for Ears<'_> {
    fn mask(&self, secret: &str) {
        self.watcher.mask(secret);
    }

    fn warn(&self, warning: &str) {
        self.watcher.warn(warning);
    }

    fn check(&self, came: &[Staged<'_>]) -> Result<(), String> {
        let tree = came.first().ok_or("it is empty")?.tree;
        Label::verify(tree, Some(self.key))?;
        self.watcher.check(came)
    }

    fn broken(&self, _key: &str) {
        self.is_broken.set(true);
    }
}
