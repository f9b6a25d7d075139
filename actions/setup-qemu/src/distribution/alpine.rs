//! Alpine Linux and its descendants. QEMU is in the repository `community`.

use spec::Arch;

use super::{Distribution, Signs};

pub(super) const ALPINE: Distribution = Distribution {
    name: "Alpine",
    ids: &["alpine"],
    manager: "apk",
    variables: &[],
    install: &["add", "--no-progress"],
    refresh: &["update", "--no-progress"],
    repair: None,
    packages,
    signs: Signs {
        busy: &["unable to lock database", "unable to obtain lock"],
        interrupted: &[],
        // A container begins without an index.
        stale: &["no such package", "unable to select packages", "not found"],
        unreachable: &[
            "temporary error",
            "network error",
            "dns",
            "could not connect",
            "connection refused",
            "timed out",
            "network unreachable",
        ],
    },
};

/// Every emulator depends on the package `qemu`, which holds the firmware of all of them.
fn packages(arch: Arch) -> &'static [&'static str] {
    match arch {
        Arch::X86_64 => &["qemu-system-x86_64"],
        Arch::Aarch64 => &["qemu-system-aarch64"],
        Arch::Riscv64 => &["qemu-system-riscv64"],
        Arch::Loongarch64 => &["qemu-system-loongarch64"],
        Arch::S390x => &["qemu-system-s390x"],
        Arch::Ppc64le => &["qemu-system-ppc64"],
    }
}
