//! Paths in a spec are relative to its folder.

use std::path::{Path, PathBuf};

use crate::{Machine, Qemu, Spec};

/// The same spec for a reader who stands elsewhere.
pub(crate) fn from_folder(mut spec: Spec, folder: &Path) -> Spec {
    let Machine::Qemu(qemu) = &mut spec.machine;
    for path in named(qemu) {
        *path = folder.join(&*path);
    }
    spec
}

/// Every path; a program without a slash is looked for in PATH and is none.
fn named(qemu: &mut Qemu) -> impl Iterator<Item = &mut PathBuf> {
    let binary = qemu.binary.iter_mut().filter(|binary| binary.components().count() > 1);
    let kernel = qemu
        .kernel
        .iter_mut()
        .chain(&mut qemu.initrd)
        .chain(&mut qemu.dtb)
        .chain(&mut qemu.firmware);
    binary.chain(kernel).chain(qemu.drives.iter_mut().map(|drive| &mut drive.file))
}
