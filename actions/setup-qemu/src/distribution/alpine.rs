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
    policy: None,
    repair: None,
    packages,
    builds: BUILDS,
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

const BUILDS: &[(&str, &str)] = &[
    ("cc", "build-base"),
    ("make", "make"),
    ("ninja", "ninja-build"),
    ("meson", "meson"),
    ("pkg-config", "pkgconf"),
    ("python3", "python3"),
    ("patchelf", "patchelf"),
    ("python3-venv", "python3"),
    ("python3-tomli", "py3-tomli"),
    ("glib-2.0", "glib-dev"),
    ("pixman-1", "pixman-dev"),
    ("libfdt", "dtc-dev"),
    ("zlib", "zlib-dev"),
    ("slirp", "libslirp-dev"),
    ("libseccomp", "libseccomp-dev"),
    ("libcurl", "curl-dev"),
    ("liburing", "liburing-dev"),
    ("libusb-1.0", "libusb-dev"),
    ("libusbredirparser-0.5", "usbredir-dev"),
    ("libcap-ng", "libcap-ng-dev"),
    ("gnutls", "gnutls-dev"),
    ("nettle", "nettle-dev"),
    ("libgcrypt", "libgcrypt-dev"),
    ("libzstd", "zstd-dev"),
    ("numa", "numactl-dev"),
    ("gtk+-3.0", "gtk+3.0-dev"),
    ("sdl2", "sdl2-dev"),
];
