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
    policy: Some(("apt-cache", &["policy"])),
    repair: Some(("dpkg", &["--configure", "-a"])),
    packages,
    builds: BUILDS,
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

const BUILDS: &[(&str, &str)] = &[
    ("cc", "build-essential"),
    ("make", "make"),
    ("ninja", "ninja-build"),
    ("meson", "meson"),
    ("pkg-config", "pkg-config"),
    ("python3", "python3"),
    ("patchelf", "patchelf"),
    ("python3-venv", "python3-venv"),
    ("python3-tomli", "python3-tomli"),
    ("glib-2.0", "libglib2.0-dev"),
    ("pixman-1", "libpixman-1-dev"),
    ("libfdt", "libfdt-dev"),
    ("zlib", "zlib1g-dev"),
    ("slirp", "libslirp-dev"),
    ("libseccomp", "libseccomp-dev"),
    ("libcurl", "libcurl4-openssl-dev"),
    ("liburing", "liburing-dev"),
    ("libusb-1.0", "libusb-1.0-0-dev"),
    ("libusbredirparser-0.5", "libusbredirparser-dev"),
    ("libcap-ng", "libcap-ng-dev"),
    ("gnutls", "libgnutls28-dev"),
    ("nettle", "nettle-dev"),
    ("libgcrypt", "libgcrypt20-dev"),
    ("libzstd", "libzstd-dev"),
    ("numa", "libnuma-dev"),
    ("gtk+-3.0", "libgtk-3-dev"),
    ("sdl2", "libsdl2-dev"),
];
