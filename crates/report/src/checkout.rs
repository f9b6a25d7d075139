//! Where a guest's fault is in the checkout. What a guest or a file of symbols calls a path is only compared with what is
//! there: nothing is opened by it.

#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use trial::Report;

/// The most files and folders that are looked at.
const MOST: usize = 500_000;

/// The most frames that are looked for.
const FRAMES: usize = 50;

/// The largest file whose lines are counted, in bytes.
const LARGEST: u64 = 64 << 20;

/// Folders with copies of what others wrote or a build made.
const SKIPPED: &[&str] = &["target", "node_modules"];

/// Paths of code that comes from elsewhere, and whose `src/lib.rs` is not ours.
const FOREIGN: &[&str] = &["/.cargo/", "/registry/src/", "/git/checkouts/", "/rustc/", "/rustlib/"];

/// A line of a file in the checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Relative to the checkout.
    pub(crate) file: String,
    /// Counted from 1; the file has so many.
    pub(crate) line: u32,
    /// Counted from 1, in the guest's own words.
    pub(crate) column: Option<u32>,
}

/// Where the fault is: where the guest says, or else where the first frame is that does more than report it.
pub(crate) fn place(report: &Report, checkout: &Path) -> Option<Place> {
    let told =
        report.source.iter().map(|source| (source.file.as_str(), source.line, source.column));
    let frames = report.frames.iter().filter(|frame| !frame.is_machinery()).take(FRAMES);
    let frames =
        frames.filter_map(|frame| Some((frame.file.as_deref()?, frame.source_line?, None)));
    let said: Vec<_> = told.chain(frames).collect();
    let names: Vec<&str> = said.iter().filter_map(|(file, ..)| file.rsplit('/').next()).collect();
    if names.is_empty() {
        return None;
    }
    let files = files(checkout, &names)?;
    said.iter().find_map(|&(said, line, column)| {
        let file = find(said, &files)?.to_owned();
        has_line(&checkout.join(&file), line).then_some(Place { file, line, column })
    })
}

/// The files with these names, relative to the folder; none where there are too many to look at. No link is followed.
fn files(folder: &Path, names: &[&str]) -> Option<Vec<String>> {
    let (mut files, mut folders, mut left) = (Vec::new(), vec![String::new()], MOST);
    while let Some(inner) = folders.pop() {
        // What cannot be read is passed over.
        for entry in fs::read_dir(folder.join(&inner)).into_iter().flatten().flatten() {
            left = left.checked_sub(1)?;
            let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) else {
                continue;
            };
            let path = if inner.is_empty() { name.clone() } else { format!("{inner}/{name}") };
            if kind.is_file() && names.contains(&name.as_str()) {
                files.push(path);
            } else if kind.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                folders.push(path);
            }
        }
    }
    Some(files)
}

/// The one file that `said` can mean: with the most components in common at the end.
fn find<'f>(said: &str, files: &'f [String]) -> Option<&'f str> {
    if FOREIGN.iter().any(|foreign| said.contains(foreign)) {
        return None;
    }
    let common =
        |file: &str| said_parts(said).zip(file.rsplit('/')).take_while(|(a, b)| a == b).count();
    let most = files.iter().map(|file| common(file)).max().filter(|most| *most > 0)?;
    // Only what stands before an absolute path may be the build's own.
    if !said.starts_with('/') && most < said_parts(said).count() {
        return None;
    }
    let best: Vec<&str> =
        files.iter().map(String::as_str).filter(|file| common(file) == most).collect();
    let whole = best.iter().find(|file| file.split('/').count() == most);
    let only = best.first().filter(|_| best.len() == 1 && most > 1);
    whole.or(only).copied()
}

/// The components from the last to the first, as far as they lie in one folder.
fn said_parts(said: &str) -> impl Iterator<Item = &str> {
    said.rsplit('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .take_while(|part| *part != "..")
}

/// Whether the file has so many lines. Nothing else of it is looked at.
fn has_line(path: &Path, line: u32) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut left = line;
    let mut reader = BufReader::new(file.take(LARGEST));
    while left > 0 {
        match reader.skip_until(b'\n') {
            Ok(0) | Err(_) => return false,
            Ok(_) => left -= 1,
        }
    }
    true
}
