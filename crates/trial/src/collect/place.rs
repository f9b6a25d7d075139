//! Where a file from the guest goes: below one folder, whatever the guest calls it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder for them in the evidence.
const FOLDER: &str = "collected";

/// How many folders a file may be in.
const DEEPEST: usize = 16;

/// The longest name of a file or folder, in characters.
const LONGEST: usize = 100;

/// Writes a file that the guest calls `path`; gives its path in the evidence.
pub(crate) fn write(evidence: &Path, path: &str, bytes: &[u8]) -> io::Result<String> {
    let place = Path::new(FOLDER).join(harmless(path));
    let file = evidence.join(&place);
    fs::create_dir_all(file.parent().unwrap_or(evidence))?;
    fs::write(file, bytes)?;
    Ok(place.to_string_lossy().into_owned())
}

/// The path without its root, and without all that leads elsewhere or means something to a file system.
pub(crate) fn harmless(path: &str) -> PathBuf {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-+@,=%".contains(c) { c } else { '_' };
    let name = |part: &str| part.chars().take(LONGEST).map(plain).collect::<String>();
    parts.take(DEEPEST).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder() {
        for (path, place) in [
            ("/var/log/messages", "var/log/messages"),
            ("/../../etc/./passwd", "etc/passwd"),
            ("/tmp/a b\u{1b}:\\c", "tmp/a_b___c"),
            ("/", ""),
        ] {
            assert_eq!(harmless(path), Path::new(place), "{path}");
        }
    }
}
