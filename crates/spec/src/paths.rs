//! Paths in a spec are relative to its folder.

use std::path::{Path, PathBuf};

use crate::{Access, Machine, Qemu, Spec, SshAccess};

/// The same spec for a reader who stands elsewhere.
pub(crate) fn from_folder(mut spec: Spec, folder: &Path) -> Spec {
    spec.symbols.iter_mut().for_each(|path| *path = folder.join(&*path));
    if let Access::Ssh(SshAccess { key: Some(key), .. }) = &mut spec.access {
        *key = folder.join(&*key);
    }
    match &mut spec.machine {
        Machine::Group(members) => members.iter_mut().for_each(|member| {
            member.spec = from_folder(member.spec.clone(), folder);
        }),
        Machine::Qemu(qemu) => named(qemu).for_each(|path| *path = folder.join(&*path)),
        // Taken apart and put together, `boot/.` is `boot`.
        Machine::Command(command) => {
            command.cwd = folder.join(&command.cwd).components().collect();
        }
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
    let uefi = qemu.uefi.iter_mut().flat_map(|uefi| uefi.code.iter_mut().chain(&mut uefi.vars));
    binary.chain(kernel).chain(uefi).chain(qemu.drives.iter_mut().map(|drive| &mut drive.file))
}
