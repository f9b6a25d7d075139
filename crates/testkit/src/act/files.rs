//! Files of a test's own folder. What cannot be written is the test's failure.

use std::fs;
use std::path::Path;

pub(crate) fn write(path: &Path, text: impl AsRef<[u8]>) {
    make_parent(path);
    fs::write(path, text).unwrap_or_else(|error| panic!("writing `{}`: {error}", path.display()));
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("reading `{}`: {error}", path.display()))
}

/// Keeps the mode, as an archive of a repository does.
pub(crate) fn copy(from: &Path, to: &Path) {
    make_parent(to);
    fs::copy(from, to).unwrap_or_else(|error| panic!("copying `{}`: {error}", from.display()));
}

/// Copies a folder with everything below it.
pub(crate) fn copy_all(from: &Path, to: &Path) {
    for path in list(from) {
        let to = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() { copy_all(&path, &to) } else { copy(&path, &to) }
    }
}

/// What is in a folder, in order; nothing where there is none.
pub(crate) fn list(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn make_parent(path: &Path) {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .unwrap_or_else(|error| panic!("making `{}`: {error}", folder.display()));
}
