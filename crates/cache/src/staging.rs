//! Trees that are restored beside their places, and put in them when all are whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::layout::{Layout, Spot};
use crate::scratch::Scratch;
use problem::Problem;

/// A declared path on its way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staged<'a> {
    /// Where it will be.
    pub target: &'a Path,
    /// Where it is now, with everything in it.
    pub tree: &'a Path,
}

/// All trees of one restore. What was not put in its place goes when this is dropped.
#[derive(Debug)]
pub(crate) struct Staging {
    /// By the number of the place.
    trees: Vec<Option<Tree>>,
    targets: Vec<PathBuf>,
}

#[derive(Debug)]
struct Tree {
    target: PathBuf,
    path: PathBuf,
    // Drops before the folders that were made for it.
    _scratch: Scratch,
    _parents: Parents,
}

/// Folders above a target that were not there before, outermost first. They go again unless something came into them.
#[derive(Debug)]
struct Parents(Vec<PathBuf>);

impl Staging {
    pub(crate) fn new(layout: &Layout) -> Staging {
        let targets: Vec<PathBuf> =
            layout.places.iter().map(|place| place.target.clone()).collect();
        Staging { trees: targets.iter().map(|_| None).collect(), targets }
    }

    /// Where the spot is meanwhile.
    pub(crate) fn path(&mut self, spot: &Spot) -> Result<PathBuf, Problem> {
        let slot = &mut self.trees[spot.place];
        let tree = match slot {
            Some(tree) => tree,
            None => slot.insert(Tree::new(&self.targets[spot.place])?),
        };
        // `join` would add a slash, and no file has one at its end.
        let whole = spot.rest.as_os_str().is_empty();
        Ok(if whole { tree.path.clone() } else { tree.path.join(&spot.rest) })
    }

    /// What came, in the order in which it was declared.
    pub(crate) fn staged(&self) -> Vec<Staged<'_>> {
        let staged = |tree| {
            let Tree { target, path, .. }: &Tree = tree;
            Staged { target, tree: path }
        };
        self.trees.iter().flatten().map(staged).collect()
    }

    /// Puts every tree in its place, whatever was there before; none, if one of them cannot be.
    pub(crate) fn commit(self) -> Result<Vec<PathBuf>, Problem> {
        let trees: Vec<&Tree> = self.trees.iter().flatten().collect();
        for (done, tree) in trees.iter().enumerate() {
            if let Err(error) = tree.exchange() {
                // They were there a moment ago.
                trees[..done].iter().rev().for_each(|tree| drop(tree.exchange_back()));
                return Err(Problem::path("restore", &tree.target)(error));
            }
        }
        Ok(trees.iter().map(|tree| tree.target.clone()).collect())
    }
}

impl Tree {
    fn new(target: &Path) -> Result<Tree, Problem> {
        let parent = target.parent().unwrap_or(target);
        let parents = Parents::make(parent).map_err(Problem::path("make", parent))?;
        let scratch = Scratch::new(parent)?;
        let path = scratch.path().join("tree");
        Ok(Tree { target: target.to_owned(), path, _scratch: scratch, _parents: parents })
    }

    fn old(&self) -> PathBuf {
        self.path.with_file_name("old")
    }

    /// In one step where the file system can; else the target is missing for a moment, and never half there.
    fn exchange(&self) -> io::Result<()> {
        if self.target.symlink_metadata().is_err() {
            return fs::rename(&self.path, &self.target);
        }
        if renameat_with(CWD, &self.path, CWD, &self.target, RenameFlags::EXCHANGE).is_ok() {
            // So that the way back is the same whichever way it went.
            return fs::rename(&self.path, self.old());
        }
        fs::rename(&self.target, self.old())?;
        fs::rename(&self.path, &self.target)
            .inspect_err(|_| drop(fs::rename(self.old(), &self.target)))
    }

    fn exchange_back(&self) -> io::Result<()> {
        fs::rename(&self.target, &self.path)?;
        if self.old().symlink_metadata().is_ok() {
            fs::rename(self.old(), &self.target)
        } else {
            Ok(())
        }
    }
}

impl Parents {
    fn make(parent: &Path) -> io::Result<Parents> {
        let missing = parent.ancestors().take_while(|path| !path.exists());
        let mut made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        made.reverse();
        fs::create_dir_all(parent)?;
        Ok(Parents(made))
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        for path in self.0.iter().rev() {
            // Fails where it is not empty, which is what was wanted.
            let _used = fs::remove_dir(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Paths;

    fn staging(folder: &Path, inputs: &[&str]) -> Staging {
        Staging::new(&Paths::new(inputs, &folder.join("ws"), None).unwrap().layout())
    }

    fn spot(place: usize, rest: &str) -> Spot {
        Spot { place, rest: rest.into() }
    }

    fn write(staging: &mut Staging, place: usize, text: &str) {
        let path = staging.path(&spot(place, "x")).unwrap();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn what_was_there_is_replaced_not_mixed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/stale"), "").unwrap();
        let mut staging = staging(folder.path(), &["../a", "../new/b"]);
        write(&mut staging, 0, "fresh");
        write(&mut staging, 1, "fresh");
        assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
        let restored = staging.commit().unwrap();
        assert_eq!(restored, ["a", "new/b"].map(|name| folder.path().join(name)));
        assert_eq!(fs::read_to_string(folder.path().join("a/x")).unwrap(), "fresh");
        assert!(!folder.path().join("a/stale").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "only `a` and `new` are there");
    }

    #[test]
    fn where_one_tree_cannot_be_put_the_others_are_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/mine"), "").unwrap();
        let mut staging = staging(folder.path(), &["../a", "../fresh", "../b"]);
        write(&mut staging, 0, "");
        write(&mut staging, 1, "");
        let gone = staging.path(&spot(2, "")).unwrap();
        assert!(!gone.exists());
        staging.commit().unwrap_err();
        assert!(folder.path().join("a/mine").exists() && !folder.path().join("a/x").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only `a` is there");
    }

    #[test]
    fn what_is_given_up_leaves_nothing_not_even_the_folders_above() {
        let folder = tempfile::tempdir().unwrap();
        let mut staging = staging(folder.path(), &["../deep/er/a"]);
        write(&mut staging, 0, "");
        drop(staging);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
