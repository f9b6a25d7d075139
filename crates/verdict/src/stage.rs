//! How far a guest has come, as its console tells.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A part of a boot. Later parts are greater.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageTime {
    /// Which.
    pub stage: Stage,
    /// Milliseconds since the machine was started.
    pub at_ms: u64,
}

/// What a stage looks like on a console.
#[derive(Debug)]
pub(crate) struct Mark {
    pub(crate) stage: Stage,
    pub(crate) pattern: &'static str,
    /// Whether every boot shows it once, so that seeing it again means that the guest has begun again.
    pub(crate) once: bool,
}

const fn once(stage: Stage, pattern: &'static str) -> Mark {
    Mark { stage, pattern, once: true }
}

const fn mark(stage: Stage, pattern: &'static str) -> Mark {
    Mark { stage, pattern, once: false }
}

/// Everything that tells a stage.
pub(crate) const MARKS: &[Mark] = &[
    once(Stage::Firmware, r"^SeaBIOS \(version"),
    once(Stage::Firmware, r"^UEFI firmware \(version"),
    once(Stage::Firmware, r"^OpenSBI v\d"),
    once(Stage::Firmware, r"^coreboot-\d"),
    once(Stage::Firmware, r"^NOTICE: +BL1: Booting"),
    once(Stage::Firmware, r"^SLOF \*+"),
    mark(Stage::Firmware, r"^NOTICE: +BL1: |BdsDxe: |^iPXE |^SLOF"),
    once(Stage::Loader, r"^U-Boot SPL \d{4}\.\d\d"),
    once(Stage::Loader, r"^U-Boot \d{4}\.\d\d"),
    mark(
        Stage::Loader,
        r"GNU GRUB|Welcome to GRUB|^Booting `|systemd-boot|Decompressing Linux|^EFI stub: |^Starting kernel \.\.\.",
    ),
    once(Stage::Kernel, r"\bLinux version \d+\.\d+"),
    once(Stage::Kernel, r"^(?:\(XEN\) )? ?Xen version \d"),
    once(Stage::Kernel, r"^Copyright \(c\) .* The (?:FreeBSD|NetBSD) "),
    once(Stage::Kernel, r"^OpenBSD \d+\.\d+ \("),
    once(Stage::Kernel, r"\*{3} Booting Zephyr OS build"),
    mark(
        Stage::Kernel,
        r"Booting Linux on physical CPU|Zephyr OS build|^(?:\S*ArceOS|.*Welcome to AxVisor|seL4 )",
    ),
    mark(
        Stage::Init,
        r"Run \S+ as init process|Freeing unused kernel (?:image|memory)|systemd\[1\]: (?:systemd \d|Inserted |Detected |Hostname |Set hostname|Initializing )|^init: |^OpenRC |Welcome to .+!$|^INIT: version|^Starting file system checks",
    ),
    mark(
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
