//! Programs in bootgate's place, and bootgate itself, in a release.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use testkit::act::Release;

/// Writes a shell script that can be run.
pub(crate) fn script(path: &Path, text: &str) -> PathBuf {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, format!("#!/bin/sh\n{text}")).expect("a script");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("its mode");
    path.to_owned()
}

/// A release whose program is a shell script.
pub(crate) fn release(text: &str) -> Release {
    let folder = tempfile::tempdir().expect("a temporary folder");
    Release::of(&script(&folder.path().join("bootgate"), text))
}

/// A release with the program that was just built, or the release that is to be tested as it was made.
pub(crate) fn bootgate() -> Release {
    match env::var_os("BOOTGATE_RELEASE") {
        Some(clone) => Release::made(Path::new(&clone)),
        None => Release::of(Path::new(env!("CARGO_BIN_EXE_bootgate"))),
    }
}
