//! A folder that gets its name when everything is in it.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use problem::Problem;
use supervise::{CleanUp, Guard};
use tempfile::TempDir;

/// A folder beside its target. Removed when dropped, or when we are asked to end, unless it was finished.
#[derive(Debug)]
pub struct Unfinished {
    target: PathBuf,
    folder: TempDir,
    _interrupted: Guard,
}

impl Unfinished {
    /// For a target that is not there yet, or is an empty folder.
    ///
    /// # Errors
    /// The user's: something is there. Otherwise the host's.
    pub fn beside(target: &Path) -> Result<Unfinished, Problem> {
        match fs::read_dir(target).map(|mut entries| entries.next().is_some()) {
            Ok(true) => {
                let problem = Problem::user(format!("`{}` is not empty", target.display()));
                return Err(problem.hint("remove it, or name another folder"));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Problem::path("look into", target)(error));
            }
            _ => {}
        }
        let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(Problem::path("make", parent))?;
        let mut names = tempfile::Builder::new();
        names.prefix(".bootgate-unfinished-").permissions(Permissions::from_mode(0o755));
        let folder = names.tempdir_in(parent).map_err(Problem::path("make a folder in", parent))?;
        let path = folder.path().to_owned();
        let guard = CleanUp::push(format!("folder {}", path.display()), move || {
            // What stays is hidden, and named after us.
            let _stays = fs::remove_dir_all(path);
        });
        Ok(Unfinished { target: target.into(), folder, _interrupted: guard })
    }

    /// Where it is until then.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives it its name.
    ///
    /// # Errors
    /// Something has come to be there.
    pub fn finish(self) -> Result<(), Problem> {
        fs::rename(self.folder.path(), &self.target)
            .map_err(Problem::path("make", &self.target))?;
        // Its name is another now.
        let _renamed = self.folder.keep();
        Ok(())
    }
}
