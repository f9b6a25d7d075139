//! Builds in the cache, under the key of their recipe.

use std::cell::{Cell, RefCell};
use std::path::Path;

use cache::{Cache, Paths, Saved, Staged, Watcher};
use trial::Problem;

use super::installed::Installed;
use crate::note::Note;

/// A folder of a build, and the cache that may hold it.
pub(crate) struct Kept<'a> {
    cache: &'a Cache,
    paths: Paths,
    key: &'a str,
}

impl<'a> Kept<'a> {
    /// The build of this key in `folder`. Its names in the cache begin there, so that it fits wherever the folder is next
    /// time.
    ///
    /// # Errors
    /// It cannot be cached.
    pub(crate) fn new(cache: &'a Cache, folder: &Path, key: &'a str) -> Result<Kept<'a>, Problem> {
        Ok(Kept { cache, paths: Paths::new(&[key], folder, None)?, key })
    }

    /// Brings the build back, if the cache has it whole, and gives the key to save a fresh one under.
    ///
    /// # Errors
    /// The disk is full, or the entry holds what it should not.
    pub(crate) fn restore(&self, say: &mut dyn FnMut(Note<'_>)) -> Result<Restored, Problem> {
        let ears = Ears { say: RefCell::new(say), key: self.key, is_broken: Cell::new(false) };
        let hit = self.cache.restore(&self.paths, self.key, &[], &ears)?;
        let key = if ears.is_broken.get() { cache::spare(self.key) } else { self.key.to_owned() };
        Ok(Restored { is_hit: hit.is_some(), save_as: key })
    }

    /// Saves the build. That it could not be is said, and no failure.
    pub(crate) fn save(&self, key: &str, say: &mut dyn FnMut(Note<'_>)) -> Option<u64> {
        let ears = Ears { say: RefCell::new(say), key: self.key, is_broken: Cell::new(false) };
        match self.cache.save(&self.paths, key, &ears) {
            Ok(Saved::Yes { size }) => Some(size),
            Ok(Saved::Exists | Saved::No { .. }) => None,
            Err(problem) => {
                ears.warn(&format!("the build was not saved to the cache: {problem}"));
                None
            }
        }
    }
}

/// What the cache had.
pub(crate) struct Restored {
    pub(crate) is_hit: bool,
    /// The service replaces no entry: after a broken one another key is used.
    pub(crate) save_as: String,
}

struct Ears<'s, 'k> {
    say: RefCell<&'s mut dyn FnMut(Note<'_>)>,
    key: &'k str,
    is_broken: Cell<bool>,
}

impl Watcher for Ears<'_, '_> {
    fn mask(&self, secret: &str) {
        (self.say.borrow_mut())(Note::Secret(secret));
    }

    fn warn(&self, warning: &str) {
        (self.say.borrow_mut())(Note::Warning(warning));
    }

    fn check(&self, came: &[Staged<'_>]) -> Result<(), String> {
        let tree = came.first().ok_or("it is empty")?.tree;
        Installed::verify(tree, Some(self.key)).map(drop)
    }

    fn broken(&self, _key: &str) {
        self.is_broken.set(true);
    }
}
