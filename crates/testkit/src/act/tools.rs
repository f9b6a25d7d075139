//! The programs that `./x tools` prepares.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A program of `$BOOTGATE_TOOLS` or the workspace's `target/tools`, such as `act` or `node`.
///
/// # Panics
/// It was not prepared: a test that cannot run must not pass.
pub fn tool(name: &str) -> PathBuf {
    let program = folder().join("bin").join(name);
    assert!(program.is_file(), "`{}` is missing: run `./x tools` first", program.display());
    program
}

/// What a runner has for `PATH`: our node before any other, because act runs the first one, whatever the action says.
pub(crate) fn path() -> OsString {
    let system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    let folders = [folder().join("bin")].into_iter().chain(system.map(PathBuf::from));
    env::join_paths(folders).unwrap_or_default()
}

fn folder() -> PathBuf {
    match env::var_os("BOOTGATE_TOOLS") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("target/tools"),
    }
}

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}
