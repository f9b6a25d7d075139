//! A folder as a ZIP stream.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::blob::Blob;
use problem::Problem;

/// From here on, in bytes, an entry needs the larger fields.
const LARGE: u64 = u32::MAX as u64;

/// A file on its way into the archive.
pub(super) struct Entry {
    path: PathBuf,
    name: String,
    size: u64,
}

/// All regular files under a folder, in order of their names.
pub(super) fn files(folder: &Path) -> Result<Vec<Entry>, Problem> {
    let mut entries = Vec::new();
    gather(folder, "", &mut entries).map_err(|error| {
        Problem::infrastructure(format!("cannot read the folder `{}`: {error}", folder.display()))
    })?;
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    if entries.is_empty() {
        return Err(Problem::infrastructure(format!("`{}` holds no file", folder.display())));
    }
    Ok(entries)
}

fn gather(folder: &Path, prefix: &str, entries: &mut Vec<Entry>) -> io::Result<()> {
    for file in fs::read_dir(folder)? {
        let file = file?;
        let name = format!("{prefix}{}", file.file_name().to_string_lossy());
        // Of the entry itself: a link leads out of the folder.
        let kind = file.metadata()?;
        if kind.is_dir() {
            gather(&file.path(), &format!("{name}/"), entries)?;
        } else if kind.is_file() {
            entries.push(Entry { path: file.path(), name, size: kind.len() });
        }
    }
    Ok(())
}

/// Writes the archive into the blob as it is made.
pub(super) fn write<'a>(entries: &[Entry], blob: Blob<'a>) -> Result<Blob<'a>, Problem> {
    let mut archive = ZipWriter::new_stream(blob);
    for entry in entries {
        add(&mut archive, entry).map_err(|error| {
            Problem::infrastructure(format!("cannot upload `{}`: {error}", entry.path.display()))
        })?;
    }
    let stream = archive
        .finish()
        .map_err(|error| Problem::infrastructure(format!("cannot end the archive: {error}")))?;
    Ok(stream.into_inner())
}

fn add(archive: &mut ZipWriter<StreamWriter<Blob<'_>>>, entry: &Entry) -> io::Result<()> {
    let options = SimpleFileOptions::default().large_file(entry.size >= LARGE);
    let mut file = File::open(&entry.path)?;
    archive.start_file(entry.name.as_str(), options)?;
    io::copy(&mut file, archive)?;
    Ok(())
}
