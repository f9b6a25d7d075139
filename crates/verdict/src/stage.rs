//! How far a guest has come, as its console tells.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// A part of a boot. Later parts are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// SeaBIOS, EDK2, OpenSBI, coreboot, Trusted Firmware.
    Firmware,
    /// GRUB, U-Boot, systemd-boot, a decompressor.
    Loader,
    /// The kernel or hypervisor speaks.
    Kernel,
    /// The first process runs.
    Init,
    /// Somebody may log in, or has a shell.
    Login,
    /// The test itself: something was typed, or a sign was seen.
    Test,
}

/// When a stage was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StageTime {
    /// Which.
    pub stage: Stage,
    /// Milliseconds since the machine was started.
    pub at_ms: u64,
}

/// What each stage looks like on a console.
pub(crate) const MARKS: &[(Stage, &str)] = &[
    (
        Stage::Firmware,
        r"^SeaBIOS \(version|^UEFI firmware \(version|^OpenSBI v\d|^coreboot-\d|^NOTICE: +BL1: |BdsDxe: |^iPXE |^SLOF",
    ),
    (
        Stage::Loader,
        r"^U-Boot (?:SPL )?\d{4}\.\d\d|GNU GRUB|Welcome to GRUB|^Booting `|systemd-boot|Decompressing Linux|^EFI stub: |^Starting kernel \.\.\.",
    ),
    (
        Stage::Kernel,
        r"\bLinux version \d+\.\d+|^(?:\(XEN\) )? ?Xen version \d|Booting Linux on physical CPU|\(XEN\) Xen version|^Copyright \(c\) .* The (?:FreeBSD|NetBSD) |^OpenBSD \d+\.\d+ \(|Zephyr OS build|^(?:\S*ArceOS|.*Welcome to AxVisor|seL4 )",
    ),
    (
        Stage::Init,
        r"Run \S+ as init process|Freeing unused kernel (?:image|memory)|systemd\[1\]: |^init: |^OpenRC |Welcome to .+!$|^INIT: version|^Starting file system checks",
    ),
    (
        Stage::Login,
        r"(?:^|[\w.-] )login: ?$|^(?:\S+@\S+)?[:\s]?[~/]\S* ?[#$] ?$|^Please press Enter to activate this console|^Last login: ",
    ),
];

impl Stage {
    /// Its name, as in `verdict.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Firmware => "firmware",
            Stage::Loader => "loader",
            Stage::Kernel => "kernel",
            Stage::Init => "init",
            Stage::Login => "login",
            Stage::Test => "test",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
