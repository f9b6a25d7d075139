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
    /// Busybox without libraries.
    pub busybox: PathBuf,
}

/// The guest of an architecture, by QEMU's name for it, from `$BOOTGATE_GUESTS` or the workspace's `target/guests`.
///
/// # Panics
/// It was not prepared: a test that cannot run must not pass.
pub fn guest(arch: &str) -> Guest {
    let folder = folder().join(arch);
    let [kernel, initrd, busybox] = ["kernel", "initrd", "busybox"].map(|name| folder.join(name));
    for file in [&kernel, &initrd, &busybox] {
        assert!(file.is_file(), "`{}` is missing: run `./x guests` first", file.display());
    }
    Guest { kernel, initrd, busybox }
}

/// The modules of that kernel for disks and their file systems, in the order in which they are to be loaded.
///
/// # Panics
/// The guest was not prepared, or was prepared by a version of `./x` that knew of no modules.
pub fn modules(arch: &str) -> Vec<PathBuf> {
    let folder = folder().join(arch);
    let text = std::fs::read(folder.join("versions.json")).unwrap_or_default();
    let versions: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let names = versions["modules"].as_array().filter(|names| !names.is_empty());
    let names = names.unwrap_or_else(|| panic!("no modules of {arch}: run `./x guests` first"));
    let path = |name: &serde_json::Value| {
        folder.join(format!("modules/{}.ko", name.as_str().unwrap_or_default()))
    };
    names.iter().map(path).collect()
}

pub(crate) fn folder() -> PathBuf {
    match env::var_os("BOOTGATE_GUESTS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests"),
    }
}
