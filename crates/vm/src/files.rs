//! The files a guest is made of: there, readable, and of the right architecture.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use spec::{Drive, Qemu};
use trial::Problem;

use crate::kernel::Kernel;

/// Checks every file that the spec names, so that its author is told what QEMU would say worse.
pub(crate) fn check(qemu: &Qemu) -> Result<(), Problem> {
    let named = [
        ("kernel", &qemu.kernel),
        ("initrd", &qemu.initrd),
        ("device tree", &qemu.dtb),
        ("firmware", &qemu.firmware),
    ];
    let uefi = qemu.uefi.iter().flat_map(|it| [("firmware", &it.code), ("firmware", &it.vars)]);
    for (what, path) in named.into_iter().chain(uefi) {
        path.as_deref().map_or(Ok(()), |path| usable(what, path, false))?;
    }
    qemu.drives.iter().try_for_each(drive)?;
    qemu.kernel.as_deref().map_or(Ok(()), |path| architecture(path, qemu))
}

fn drive(drive: &Drive) -> Result<(), Problem> {
    let writes = !drive.readonly && !drive.snapshot;
    usable("drive", &drive.file, writes)
}

fn usable(what: &str, path: &Path, writes: bool) -> Result<(), Problem> {
    let shown = path.display();
    if path.to_str().is_none() {
        return Err(Problem::user(format!("the name of the {what} `{shown}` is not UTF-8")));
    }
    opens(path, writes).map_err(|error| unusable(what, path, writes, &error))
}

fn opens(path: &Path, writes: bool) -> io::Result<()> {
    let found = fs::metadata(path)?.file_type();
    // Opening a pipe would wait for its other end.
    if !found.is_file() && !found.is_block_device() {
        return Err(io::Error::other("it is not a file"));
    }
    OpenOptions::new().read(true).write(writes).open(path).map(drop)
}

fn unusable(what: &str, path: &Path, writes: bool, error: &io::Error) -> Problem {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Problem::user(format!("the {what} `{shown}` does not exist"))
            .hint(
                "paths are relative to the spec's folder; is a build step missing before this one?",
            ),
        io::ErrorKind::PermissionDenied if writes => {
            Problem::user(format!("the {what} `{shown}` may not be written"))
                .hint("set `snapshot: true` to leave it as it is")
        }
        io::ErrorKind::PermissionDenied => {
            Problem::user(format!("the {what} `{shown}` may not be read"))
                .hint("kernels in /boot are often for root only: copy it and change its mode")
        }
        _ => Problem::user(format!("the {what} `{shown}` cannot be used: {error}")),
    }
}

/// A kernel whose bytes say that it is for another architecture is refused; one that does not tell is tried.
fn architecture(path: &Path, qemu: &Qemu) -> Result<(), Problem> {
    let kernel = Kernel::open(path).map_err(|error| unusable("kernel", path, false, &error))?;
    match kernel.arch() {
        Some(found) if found != qemu.arch => {
            let message = format!(
                "the kernel `{}` is for `{found}`, not for `{}`",
                path.display(),
                qemu.arch
            );
            Err(Problem::user(message).hint(format!("set `arch: {found}`, or name another kernel")))
        }
        _ => Ok(()),
    }
}
