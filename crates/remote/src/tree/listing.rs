//! Which files of a folder belong to its tree.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use problem::Problem;

/// The files and links below `root` that git knows or would add, and `named`, below `root` too, whatever git says; all
/// of them where there is no git. Their paths begin at `root`.
///
/// # Errors
/// A named path is not there or not below `root`, or a folder cannot be read.
pub fn list(root: &Path, named: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    let mut found = BTreeSet::new();
    match known_to_git(root) {
        Some(paths) => paths.into_iter().try_for_each(|path| add(root, &path, &mut found))?,
        None => add(root, Path::new(""), &mut found)?,
    }
    for path in named {
        if !path.is_relative() || path.components().any(|part| part.as_os_str() == "..") {
            return Err(Problem::user(format!("`{}` is not below the checkout", path.display()))
                .hint("name it from the checkout on, and have an earlier step put it there"));
        }
        if fs::symlink_metadata(root.join(path)).is_err() {
            return Err(Problem::user(format!("there is no `{}`", path.display()))
                .hint("`sync` names what is sent besides what git knows"));
        }
        add(root, path, &mut found)?;
    }
    Ok(found.into_iter().collect())
}

/// The paths that git lists; a submodule is one of them, as a folder.
fn known_to_git(root: &Path) -> Option<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let output = git.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.split_terminator('\0').map(PathBuf::from).collect())
}

/// Adds a file or a link, or what is in a folder. What git knows and nobody has any more is not there.
fn add(root: &Path, path: &Path, found: &mut BTreeSet<PathBuf>) -> Result<(), Problem> {
    let place = root.join(path);
    let Ok(about) = fs::symlink_metadata(&place) else { return Ok(()) };
    if !about.is_dir() {
        let sendable = about.is_file() || about.is_symlink();
        return sendable.then(|| found.insert(path.into())).map(|_| ()).map_or(Ok(()), Ok);
    }
    // A submodule, or a repository beside ours: what it ignores is not sent either.
    let is_repository = !path.as_os_str().is_empty() && place.join(".git").exists();
    if let Some(paths) = is_repository.then(|| known_to_git(&place)).flatten() {
        return paths.iter().try_for_each(|below| add(root, &path.join(below), found));
    }
    let entries = fs::read_dir(&place).map_err(Problem::path("read", &place))?;
    for entry in entries {
        let entry = entry.map_err(Problem::path("read", &place))?;
        if entry.file_name() != ".git" {
            add(root, &path.join(entry.file_name()), found)?;
        }
    }
    Ok(())
}
