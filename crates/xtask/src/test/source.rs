//! QEMU's source as Debian has it, for the one test that builds all of it.

use std::fs;
use std::path::PathBuf;

use crate::apt::{Apt, Archive};
use crate::failure::Failure;
use crate::{lock, mirror, project};

/// Fetches the tarball, unless it is there, and gives its path.
pub(crate) fn run() -> Result<PathBuf, Failure> {
    let folder = project::guests();
    let _lock = lock::hold(&folder)?;
    let tarball = folder.join("qemu.orig.tar.xz");
    if !tarball.is_file() {
        let address = mirror::find()?;
        let archive = Archive { address: &address, suite: "bookworm", arch: None };
        let apt = Apt::new(folder.join("apt-source"), archive)?;
        apt.update()?;
        let fetched = apt.download_source("qemu")?;
        // The same file system: it is there whole or not at all.
        fs::rename(&fetched, &tarball).map_err(Failure::path("making", &tarball))?;
    }
    Ok(tarball)
}
