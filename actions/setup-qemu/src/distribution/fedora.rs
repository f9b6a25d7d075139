//! Fedora and its descendants.

use spec::Arch;

use super::{Distribution, Signs};

pub(super) const FEDORA: Distribution = Distribution {
    name: "Fedora",
    ids: &["fedora"],
    manager: "dnf",
    variables: &[],
    install: &["install", "--assumeyes", "--setopt=install_weak_deps=False"],
    refresh: &["makecache", "--refresh"],
    repair: None,
    packages,
    signs: Signs {
        busy: &[
            "waiting for process with pid",
            "transaction lock",
            "can't create transaction lock",
        ],
        interrupted: &[],
        stale: &[
            "no match for argument",
            "unable to find a match",
            "status code: 404",
            "checksum doesn't match",
        ],
        unreachable: &[
            "curl error",
            "could not resolve host",
            "failed to download metadata",
            "cannot download",
            "all mirrors were tried",
            "timeout was reached",
            "connection timed out",
        ],
    },
};

/// The `-core` packages come without graphics and sound, and depend on their firmware; that of x86 for UEFI is a
/// recommendation only.
fn packages(arch: Arch) -> &'static [&'static str] {
    match arch {
        Arch::X86_64 => &["qemu-system-x86-core", "edk2-ovmf"],
        Arch::Aarch64 => &["qemu-system-aarch64-core", "edk2-aarch64"],
        Arch::Riscv64 => &["qemu-system-riscv-core"],
        Arch::Loongarch64 => &["qemu-system-loongarch64-core"],
        Arch::S390x => &["qemu-system-s390x-core"],
        Arch::Ppc64le => &["qemu-system-ppc-core"],
    }
}
