//! ext4, by the programs of e2fsprogs: `mke2fs` makes an empty one, `debugfs` puts everything into it by its own numbers.
//!
//! `mke2fs -d` would take owners and times from the host's files, and the order of its folders from the host's disk.

mod room;
mod script;

use std::fs;
use std::path::Path;
use std::process::ExitStatus;

use uuid::Uuid;

use crate::output::{Output, Written};
use crate::tool::{Tool, staging};
use crate::tree::Tree;
use crate::{Error, digest};

const MKE2FS: Tool = Tool { name: "mke2fs", package: "e2fsprogs" };
const DEBUGFS: Tool = Tool { name: "debugfs", package: "e2fsprogs" };

/// What Linux 3.18 and later can mount. Nothing comes from the host's `mke2fs.conf`.
const FEATURES: &str = "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum";

/// The longest label in bytes.
const LABEL: usize = 16;

/// How large an image is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// What the tree needs, an eighth more, and 16 MiB.
    #[default]
    Auto,
    /// So many bytes, rounded down to whole blocks of 4 KiB.
    Bytes(u64),
}

/// How an image is written.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    /// What everything is dated, in seconds since 1970. The programs take 0 for "now", so 1 is written instead.
    pub time: u64,
    /// Whether what has a time of its own keeps it, in whole seconds.
    pub keep_times: bool,
    /// At most 16 bytes.
    pub label: &'a str,
    /// How large the image is.
    pub size: Size,
    /// The file system's identifier; without it, one that follows from the tree.
    pub uuid: Option<Uuid>,
}

/// Writes a tree as ext4.
///
/// # Errors
/// e2fsprogs are missing, the size is too small, a name has a line break, or a file cannot be read or written.
pub fn write(tree: &Tree, to: &Path, options: &Options<'_>) -> Result<Written, Error> {
    if options.label.len() > LABEL || options.label.contains('\0') {
        return Err(Error::Options(format!(
            "the label `{}` has more than {LABEL} bytes",
            options.label
        )));
    }
    let needed = room::needed(tree)?;
    let size = match options.size {
        Size::Auto => needed + needed / 8 + (16 << 20),
        Size::Bytes(size) => size,
    } / room::BLOCK
        * room::BLOCK;
    if size < needed {
        return Err(Error::TooSmall { size, needed });
    }
    let uuid = options.uuid.map_or_else(|| digest::tree(tree).map(digest::uuid_of), Ok)?;
    let output = Output::sparse(to, size)?;
    make(output.path(), room::inodes(tree, size), uuid, options)?;
    fill(tree, output.path(), options).map_err(|error| {
        if is_full(&error) { Error::TooSmall { size, needed: needed + needed / 4 } } else { error }
    })?;
    output.commit()
}

fn make(image: &Path, inodes: u64, uuid: Uuid, options: &Options<'_>) -> Result<(), Error> {
    let size = image.metadata().map_err(Error::io(image))?.len();
    let mut command = MKE2FS.command()?;
    command
        .env("MKE2FS_CONFIG", "/dev/null")
        .env("E2FSPROGS_FAKE_TIME", options.time.max(1).to_string())
        .args(["-q", "-F", "-b", "4096", "-I", "256", "-m", "0", "-O", FEATURES])
        .args(["-N", &inodes.to_string(), "-J", &format!("size={}", room::journal(size) >> 20)])
        .args(["-L", options.label, "-U", &uuid.to_string(), "-E"])
        // The file is new: what is not written in it is zero already.
        .arg(format!(
            "root_owner=0:0,hash_seed={uuid},nodiscard,lazy_itable_init=0,lazy_journal_init=1"
        ))
        .arg(image);
    MKE2FS.run(&mut command).map(drop)
}

fn fill(tree: &Tree, image: &Path, options: &Options<'_>) -> Result<(), Error> {
    let folder = staging()?;
    script::write(tree, folder.path(), options.keep_times)?;
    let mut command = DEBUGFS.command()?;
    command
        .current_dir(folder.path())
        .env("E2FSPROGS_FAKE_TIME", options.time.max(1).to_string())
        .args(["-w", "-f", script::NAME])
        .arg(fs::canonicalize(image).map_err(Error::io(image))?);
    // It goes on after a failure and ends well: its version is all that it may say.
    let words = DEBUGFS.run(&mut command)?;
    match words.lines().find(|line| !line.starts_with("debugfs 1.")) {
        Some(line) => Err(DEBUGFS.failed(Some(ExitStatus::default()), line.to_owned())),
        None => tree.unchanged(),
    }
}

fn is_full(error: &Error) -> bool {
    matches!(error, Error::Tool { words, .. } if words.contains("Could not allocate"))
}
