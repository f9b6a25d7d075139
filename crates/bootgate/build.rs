//! Lists the files of the example that `bootgate init` copies as they are.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const EXAMPLE: &str = "../../examples/axvisor";

/// What is for readers of the example, or was made in it.
const LEFT_OUT: [&str; 5] = ["README.md", "bootgate-evidence", "out", "target", "tmp"];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={EXAMPLE}");
    let root = fs::canonicalize(EXAMPLE)?;
    let mut files = Vec::new();
    list(&root, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).map_err(io::Error::other)?;
        writeln!(list, "    ({name:?}, include_str!({file:?})),").map_err(io::Error::other)?;
    }
    let made = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(made.join("axvisor.rs"), list + "]\n")
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
