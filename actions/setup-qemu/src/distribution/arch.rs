//! Arch Linux and its descendants.

use spec::Arch;

use super::{Distribution, Signs};

pub(super) const ARCH: Distribution = Distribution {
    name: "Arch Linux",
    ids: &["arch", "archarm"],
    manager: "pacman",
    variables: &[],
    install: &["-S", "--needed", "--noconfirm", "--noprogressbar"],
    // New packages beside old libraries are what this distribution does not support: all of it is brought up to date.
    refresh: &["-Syu", "--noconfirm", "--noprogressbar"],
    policy: None,
    repair: None,
    packages,
    builds: BUILDS,
    signs: Signs {
        busy: &["unable to lock database"],
        interrupted: &[],
        stale: &["target not found", "error: 404", "does not exist (use '-sy' to download)"],
        unreachable: &[
            "failed retrieving file",
            "failed to synchronize",
            "could not resolve host",
            "connection timed out",
            "operation too slow",
        ],
    },
};

fn packages(arch: Arch) -> &'static [&'static str] {
    match arch {
        Arch::X86_64 => &["qemu-system-x86", "qemu-system-x86-firmware", "edk2-ovmf"],
        Arch::Aarch64 => &["qemu-system-aarch64", "edk2-aarch64"],
        Arch::Riscv64 => &["qemu-system-riscv", "qemu-system-riscv-firmware"],
        Arch::Loongarch64 => &["qemu-system-loongarch64"],
        Arch::S390x => &["qemu-system-s390x", "qemu-system-s390x-firmware"],
        Arch::Ppc64le => &["qemu-system-ppc", "qemu-system-ppc-firmware"],
    }
}

const BUILDS: &[(&str, &str)] = &[
    ("cc", "base-devel"),
    ("make", "make"),
    ("ninja", "ninja"),
    ("meson", "meson"),
    ("pkg-config", "pkgconf"),
    ("python3", "python"),
    ("patchelf", "patchelf"),
    ("python3-venv", "python"),
    ("python3-tomli", "python"),
    ("glib-2.0", "glib2-devel"),
    ("pixman-1", "pixman"),
    ("libfdt", "dtc"),
    ("zlib", "zlib"),
    ("slirp", "libslirp"),
    ("libseccomp", "libseccomp"),
    ("libcurl", "curl"),
    ("liburing", "liburing"),
    ("libusb-1.0", "libusb"),
    ("libusbredirparser-0.5", "usbredir"),
    ("libcap-ng", "libcap-ng"),
    ("gnutls", "gnutls"),
    ("nettle", "nettle"),
    ("libgcrypt", "libgcrypt"),
    ("libzstd", "zstd"),
    ("numa", "numactl"),
    ("gtk+-3.0", "gtk3"),
    ("sdl2", "sdl2-compat"),
];
