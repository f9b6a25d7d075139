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
    policy: None,
    repair: None,
    packages,
    builds: BUILDS,
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

const BUILDS: &[(&str, &str)] = &[
    ("cc", "gcc"),
    ("make", "make"),
    ("ninja", "ninja-build"),
    ("meson", "meson"),
    ("pkg-config", "pkgconf-pkg-config"),
    ("python3", "python3"),
    ("patchelf", "patchelf"),
    ("python3-venv", "python3"),
    ("python3-tomli", "python3-tomli"),
    ("glib-2.0", "glib2-devel"),
    ("pixman-1", "pixman-devel"),
    ("libfdt", "libfdt-devel"),
    ("zlib", "zlib-devel"),
    ("slirp", "libslirp-devel"),
    ("libseccomp", "libseccomp-devel"),
    ("libcurl", "libcurl-devel"),
    ("liburing", "liburing-devel"),
    ("libusb-1.0", "libusb1-devel"),
    ("libusbredirparser-0.5", "usbredir-devel"),
    ("libcap-ng", "libcap-ng-devel"),
    ("gnutls", "gnutls-devel"),
    ("nettle", "nettle-devel"),
    ("libgcrypt", "libgcrypt-devel"),
    ("libzstd", "libzstd-devel"),
    ("numa", "numactl-devel"),
    ("gtk+-3.0", "gtk3-devel"),
    ("sdl2", "SDL2-devel"),
];
