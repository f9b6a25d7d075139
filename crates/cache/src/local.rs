//! Entries in a folder of this machine, for all processes of its user.
//!
//! An entry is a folder of its own that appears whole, by a rename. Whoever looks for one, adds one or removes one holds
//! the lock for that moment; archives are read and written without it.

mod shelf;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use shelf::{Label, Shelf};

use crate::key::Keys;
use crate::scratch::Scratch;
use crate::trouble::Trouble;
use problem::Problem;

use crate::{Fetched, Paths, Saved, archive, pack};

/// A folder of entries, and how large it may become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    folder: PathBuf,
    limit: u64,
}

impl Local {
    /// What GitHub gives a repository, in bytes: 10 GB.
    pub const USUAL_LIMIT: u64 = 10_000_000_000;

    /// Entries in `folder`, which is made when the first one is saved, of at most `limit` bytes in all. Those that were
    /// used least recently make room for new ones.
    pub fn new(folder: impl Into<PathBuf>, limit: u64) -> Local {
        Local { folder: folder.into(), limit }
    }

    /// Where entries belong on this machine: below the runner's tool cache, the user's cache, or the user's home; the
    /// first of them that is known.
    pub fn usual_folder(
        tool_cache: Option<&Path>,
        xdg_cache_home: Option<&Path>,
        home: Option<&Path>,
    ) -> Option<PathBuf> {
        let xdg = xdg_cache_home.filter(|path| path.is_absolute()).map(Path::to_owned);
        let base = tool_cache
            .map(Path::to_owned)
            .or(xdg)
            .or_else(|| home.map(|home| home.join(".cache")))?;
        Some(base.join("bootgate/cache"))
    }

    pub(crate) fn fetch(&self, paths: &Paths, keys: Keys<'_>) -> Result<Option<Fetched>, Problem> {
        if !self.folder.is_dir() {
            return Ok(None);
        }
        let Some((key, packed)) = self.shelf()?.take(keys, &paths.version()) else {
            return Ok(None);
        };
        let outcome = packed
            .map_err(|error| Trouble::Broken(error.to_string()))
            .and_then(|packed: File| archive::restore(packed, &paths.numbered_layout()));
        Ok(Some(Fetched { key, outcome }))
    }

    pub(crate) fn save(&self, paths: &Paths, key: &str) -> Result<Saved, Problem> {
        let label = Label::new(key, &paths.version());
        shelf::make(&self.folder)?;
        if self.shelf()?.has(&label) {
            return Ok(Saved::Exists);
        }
        let scratch = Scratch::new(&self.folder)?;
        let folder = scratch.path().join("entry");
        fs::create_dir(&folder).map_err(Problem::path("make", &folder))?;
        let packed = folder.join(shelf::ARCHIVE);
        let file = File::create_new(&packed).map_err(Problem::path("write", &packed))?;
        let file = pack::pack(&paths.numbered_layout(), file)?;
        let size = file.metadata().map_err(Problem::path("read", &packed))?.len();
        if size > self.limit {
            let why = format!("its {size} bytes are more than all entries together may have");
            return Ok(Saved::No { why });
        }
        label.write(&folder)?;
        let mut shelf = self.shelf()?;
        if shelf.has(&label) {
            return Ok(Saved::Exists);
        }
        shelf.shrink(self.limit - size);
        shelf.add(&label, &folder)?;
        Ok(Saved::Yes { size })
    }

    pub(crate) fn forget(&self, paths: &Paths, key: &str) {
        // An entry that stays is found broken again.
        let _stays = self.shelf().map(|mut shelf| shelf.remove(&Label::new(key, &paths.version())));
    }

    fn shelf(&self) -> Result<Shelf, Problem> {
        Shelf::lock(&self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_tool_cache_comes_before_the_users_cache() {
        let [tools, xdg, home] = ["/opt/tools", "/xdg", "/home/u"].map(Path::new);
        let folder = |tools, xdg, home| Local::usual_folder(tools, xdg, home);
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(folder(Some(tools), Some(xdg), Some(home)), path("/opt/tools/bootgate/cache"));
        assert_eq!(folder(None, Some(xdg), Some(home)), path("/xdg/bootgate/cache"));
        let relative = Some(Path::new("xdg"));
        assert_eq!(folder(None, relative, Some(home)), path("/home/u/.cache/bootgate/cache"));
        assert_eq!(folder(None, None, None), None);
    }
}
