//! A folder that is made once for everything that goes into it: made before, or in the cache, or made now.

use std::fs;
use std::path::{Path, PathBuf};

use cache::{Kept, Label};
use problem::Problem;

use crate::{Note, Place, Unsaved, Watcher, work_in};

/// What is there now.
#[derive(Debug)]
pub struct Provided {
    /// The folder.
    pub path: PathBuf,
    /// Whether it was made before.
    pub is_hit: bool,
    /// What the cache does not have yet.
    pub unsaved: Option<Unsaved>,
}

/// Provides the folder of a key, below our folder `name` such as `images`: from where it is kept, or from the cache, or made
/// now by `make`. That gets a folder to work in, the empty one that is to be filled, and whoever is told.
///
/// # Errors
/// The key is no name of a folder, `make` fails, or the folder cannot be written.
pub fn provide(
    place: &Place,
    name: &str,
    key: &str,
    make: impl FnOnce(&Path, &Path, &mut dyn FnMut(Note<'_>)) -> Result<(), Problem>,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<Provided, Problem> {
    let base = place.folder(name);
    let kept = Kept::new(&place.cache, &base, key)?;
    let path = kept.place().to_owned();
    if Label::verify(&path, Some(key)).is_ok() {
        return Ok(Provided { path, is_hit: true, unsaved: None });
    }
    let restored = kept.restore(&Watcher::new(say))?;
    if !restored.is_hit {
        let work = work_in(&base)?;
        let folder = work.path().join("kept");
        fs::create_dir(&folder).map_err(Problem::path("make", &folder))?;
        make(work.path(), &folder, say)?;
        Label::settle(&folder, &path, key).map_err(Problem::path("make", &path))?;
    }
    let unsaved =
        || Unsaved { folder: name.into(), key: key.into(), save_as: restored.save_as.clone() };
    Ok(Provided { path, is_hit: restored.is_hit, unsaved: (!restored.is_hit).then(unsaved) })
}
