//! Debian, Ubuntu and their descendants.

use spec::Arch;

use super::{Distribution, Signs};

pub(super) const DEBIAN: Distribution = Distribution {
    name: "Debian",
    ids: &["debian", "ubuntu"],
    manager: "apt-get",
    // The second keeps Ubuntu from asking which services to restart.
    variables: &[("DEBIAN_FRONTEND", "noninteractive"), ("NEEDRESTART_SUSPEND", "1")],
    install: &["install", "--yes", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"],
    refresh: &["update"],
    repair: Some(("dpkg", &["--configure", "-a"])),
    packages,
    signs: Signs {
        busy: &[
            "could not get lock",
            "unable to acquire the dpkg frontend lock",
            "unable to lock the administration directory",
            "unable to lock directory",
            "is another process using it",
        ],
        interrupted: &["dpkg was interrupted"],
        stale: &[
            "unable to locate package",
            "has no installation candidate",
            "404  not found",
            "404 not found",
            "hash sum mismatch",
            "run apt-get update",
        ],
        unreachable: &[
            "temporary failure resolving",
            "could not resolve",
            "could not connect",
            "unable to connect",
            "cannot initiate the connection",
            "connection timed out",
            "connection failed",
            "connection reset",
            "failed to fetch",
            "unable to fetch",
        ],
    },
};

/// Some of these names are not packages but what packages provide: `qemu-system-riscv64` is in `qemu-system-misc` up to
/// Debian 12 and in `qemu-system-riscv` since, and apt knows which.
fn packages(arch: Arch) -> &'static [&'static str] {
    match arch {
        Arch::X86_64 => &["qemu-system-x86", "seabios", "ovmf", "ipxe-qemu"],
        Arch::Aarch64 => &["qemu-system-arm", "qemu-efi-aarch64", "ipxe-qemu"],
        Arch::Riscv64 => &["qemu-system-riscv64", "opensbi", "ipxe-qemu"],
        Arch::Loongarch64 => &["qemu-system-loongarch64", "ipxe-qemu"],
        Arch::S390x => &["qemu-system-s390x"],
        Arch::Ppc64le => &["qemu-system-ppc", "qemu-slof", "ipxe-qemu"],
    }
}
