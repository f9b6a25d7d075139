//! Lists the files of the examples that `bootgate init` copies whole.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What is for readers of an example, or was made in it.
const LEFT_OUT: [&str; 8] =
    ["README.md", "bootgate-evidence", "cosign.key", "disk", "out", "root.tar", "target", "tmp"];

fn main() -> io::Result<()> {
    ["axvisor", "bootc-release"].into_iter().try_for_each(write)
}

fn write(example: &str) -> io::Result<()> {
    let root = format!("../../examples/{example}");
    println!("cargo::rerun-if-changed={root}");
    let root = fs::canonicalize(root)?;
    let mut files = Vec::new();
    list(&root, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?;
        writeln!(list, "    ({name:?}, include_str!({file:?})),").map_err(io::Error::other)?;
    }
    let made = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(made.join(format!("{example}.rs")), list + "]\n")
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            list(&entry.path(), files)?
        } else {
            files.push(entry.path())
        }
    }
    Ok(())
}
