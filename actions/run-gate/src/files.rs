//! The files that a gate left, by their digests.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use evidence::{Configuration, Facts, LEFT};
use fetch::Digest;
use problem::Problem;

/// How many files a gate may leave, in how many folders inside one another, and how much they may have, in bytes.
const MOST: usize = 1000;
const DEPTH: usize = 16;
const LARGEST: u64 = 256 << 20;

/// By which a folder is known as that of a gate.
const OURS: [&str; 2] = [crate::log::FILE, crate::approval::FILE];

/// Makes a folder for the evidence of one gate, and removes what a gate left there before: nothing of that is this time's.
pub(crate) fn fresh(folder: &Path) -> Result<PathBuf, Problem> {
    let is_ours = || OURS.iter().any(|name| folder.join(name).is_file());
    let is_empty = || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    let removed = match fs::symlink_metadata(folder) {
        Ok(there) if there.is_dir() && is_ours() => fs::remove_dir_all(folder),
        Ok(there) if !there.is_dir() || !is_empty() => {
            let why = format!("`{}` holds something else than evidence", folder.display());
            return Err(Problem::user(why).hint("name another folder in `evidence-path`"));
        }
        _ => Ok(()),
    };
    let made = removed.and_then(|()| fs::create_dir_all(folder));
    made.and_then(|()| fs::canonicalize(folder)).map_err(Problem::path("make", folder))
}

/// All files below a folder, by their paths there. Links are not followed, and left out.
pub(crate) fn digested(folder: &Path) -> Result<Vec<Configuration>, Problem> {
    // These are ours to write.
    for name in LEFT.map(|name| folder.join(name)).iter().filter(|path| path.exists()) {
        fs::remove_file(name).map_err(Problem::path("remove", name))?;
    }
    let mut files = Vec::new();
    list(folder, DEPTH, &mut files)?;
    files.sort();
    let size: u64 =
        files.iter().map(|(_, size)| size).fold(0, |sum, size| sum.saturating_add(*size));
    if size > LARGEST {
        return Err(too_much(&format!("{} MiB", size >> 20)));
    }
    files.into_iter().map(|(path, _)| configuration(folder, &path)).collect()
}

fn list(folder: &Path, depth: usize, files: &mut Vec<(PathBuf, u64)>) -> Result<(), Problem> {
    let cannot = || Problem::path("read", folder);
    for entry in fs::read_dir(folder).map_err(cannot())? {
        let entry = entry.map_err(cannot())?;
        let about = entry.metadata().map_err(Problem::path("read", &entry.path()))?;
        if about.is_dir() && depth == 0 {
            return Err(too_much("too many folders inside one another"));
        } else if about.is_dir() {
            list(&entry.path(), depth - 1, files)?;
        } else if about.is_file() {
            files.push((entry.path(), about.len()));
        }
        if files.len() > MOST {
            return Err(too_much("too many files"));
        }
    }
    Ok(())
}

fn configuration(folder: &Path, path: &Path) -> Result<Configuration, Problem> {
    let digest =
        File::open(path).and_then(Digest::of_reader).map_err(Problem::path("read", path))?;
    let name =
        path.strip_prefix(folder).unwrap_or(path).to_string_lossy().escape_debug().to_string();
    Ok(Configuration::new(name, digest, Facts::default()))
}

fn too_much(what: &str) -> Problem {
    Problem::infrastructure(format!("the gate left more than can be evidence: {what}"))
        .hint("leave what a reader needs in `$BOOTGATE_EVIDENCE`, and the rest elsewhere")
}
