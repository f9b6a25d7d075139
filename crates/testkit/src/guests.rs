//! The real guests that `./x guests` prepares.

use std::env;
use std::path::{Path, PathBuf};

/// A Debian kernel and an initramfs that heeds `bootgate.mode=` on the kernel's command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The kernel as Debian ships it.
    pub kernel: PathBuf,
    /// The initramfs.
    pub initrd: PathBuf,
}

/// The guest of an architecture, by QEMU's name for it, from `$BOOTGATE_GUESTS` or the workspace's `target/guests`.
///
/// # Panics
/// It was not prepared: a test that cannot run must not pass.
pub fn guest(arch: &str) -> Guest {
    let folder = folder().join(arch);
    let guest = Guest { kernel: folder.join("kernel"), initrd: folder.join("initrd") };
    for file in [&guest.kernel, &guest.initrd] {
        assert!(file.is_file(), "`{}` is missing: run `./x guests` first", file.display());
    }
    guest
}

fn folder() -> PathBuf {
    match env::var_os("BOOTGATE_GUESTS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests"),
    }
}
