//! The real operating system that `./x os` prepares: a small Debian with systemd and an SSH server.

use std::env;
use std::path::PathBuf;

/// A Debian for x86_64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Os {
    /// Its stock kernel.
    pub kernel: PathBuf,
    /// Its initramfs, which mounts what `root=` names.
    pub initrd: PathBuf,
    /// All of it as ext4, without a partition table. Nobody may write to it.
    pub disk: PathBuf,
    /// All of it as an archive: the layer of an image.
    pub tar: PathBuf,
}

/// The system, from `$BOOTGATE_OS` or the workspace's `target/guests/os`.
///
/// # Panics
/// It was not prepared: a test that cannot run must not pass.
pub fn os() -> Os {
    let folder = env::var_os("BOOTGATE_OS")
        .map_or_else(|| crate::guests::folder().join("os"), PathBuf::from);
    let [kernel, initrd, disk, tar] =
        ["kernel", "initrd", "disk", "root.tar"].map(|name| folder.join(name));
    for file in [&kernel, &initrd, &disk, &tar] {
        assert!(file.is_file(), "`{}` is missing: run `./x os` first", file.display());
    }
    Os { kernel, initrd, disk, tar }
}
