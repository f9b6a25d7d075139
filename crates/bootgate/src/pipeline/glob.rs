//! `hashFiles`: the digest of the files that patterns name.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use fetch::Digest;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// How deep a folder is looked into.
const DEEPEST: usize = 64;

/// The SHA-256 of the files' own SHA-256, in the order of their paths, in hexadecimal; empty where there are none.
pub(crate) fn hash(root: &Path, patterns: &[String]) -> String {
    let patterns = patterns.iter().flat_map(|pattern| pattern.lines()).map(str::trim);
    let (out, wanted): (Vec<&str>, Vec<&str>) = patterns
        .filter(|pattern| !pattern.is_empty())
        .partition(|pattern| pattern.starts_with('!'));
    let (Some(wanted), Some(out)) = (set(&wanted), set(&out)) else { return String::new() };
    let mut files = Vec::new();
    walk(root, Path::new(""), DEEPEST, &mut |path| {
        if wanted.is_match(path) && !out.is_match(path) {
            files.push(root.join(path));
        }
    });
    files.sort();
    let digest = |file: &PathBuf| Digest::of_reader(File::open(file).ok()?).ok();
    let digests: Vec<[u8; 32]> =
        files.iter().filter_map(digest).map(|digest| *digest.bytes()).collect();
    if digests.is_empty() { String::new() } else { Digest::of(&digests.concat()).hex() }
}

fn set(patterns: &[&str]) -> Option<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let pattern = pattern.trim_start_matches('!').trim_start_matches("./");
        set.add(GlobBuilder::new(pattern).literal_separator(true).build().ok()?);
    }
    set.build().ok()
}

/// Files below a folder, links and git's own left out.
fn walk(root: &Path, below: &Path, deep: usize, see: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(root.join(below)).into_iter().flatten().flatten() {
        let path: PathBuf = below.join(entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_file() => see(&path),
            Ok(kind) if kind.is_dir() && deep > 0 && entry.file_name() != ".git" => {
                walk(root, &path, deep - 1, see);
            }
            _ => {}
        }
    }
}
