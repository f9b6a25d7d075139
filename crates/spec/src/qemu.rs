//! The `machine.qemu` part: what QEMU is to emulate and what is put into it.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::uefi::{self, UefiFile};
use crate::{Arch, Display, Exit, Uefi, soundness};

/// A guest under QEMU. Names are QEMU's own; paths are relative to the spec's folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Qemu {
    /// The guest's architecture.
    pub arch: Arch,
    /// The program to run instead of `qemu-system-<arch>` from PATH.
    #[serde(default)]
    pub binary: Option<PathBuf>,
    /// `-machine`: `q35` on x86_64, `virt` on aarch64 and riscv64 unless given.
    #[serde(default)]
    pub machine: Option<String>,
    /// `-cpu`: the architecture's most capable model unless given.
    #[serde(default)]
    pub cpu: Option<String>,
    /// `-smp`: how many processors.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = soundness::MOST_CPUS))]
    pub cpus: u32,
    /// `-m`: memory with its unit, such as `512M` or `2G`.
    #[serde(default = "memory")]
    #[schemars(regex(pattern = "^[0-9]+[KMGTkmgt]$"))]
    pub memory: String,
    /// What runs the guest's instructions.
    #[serde(default)]
    pub accel: Accel,
    /// `-kernel`: started directly.
    #[serde(default)]
    pub kernel: Option<PathBuf>,
    /// `-initrd`.
    #[serde(default)]
    pub initrd: Option<PathBuf>,
    /// `-append`: the kernel command line.
    #[serde(default)]
    pub append: Option<String>,
    /// `-dtb`: a device tree blob.
    #[serde(default)]
    pub dtb: Option<PathBuf>,
    /// `-bios`: a firmware image.
    #[serde(default)]
    pub firmware: Option<PathBuf>,
    /// UEFI firmware, which the host has, in place of the machine's usual one.
    #[serde(default, deserialize_with = "uefi::read")]
    #[schemars(with = "Option<UefiFile>")]
    pub uefi: Option<Uefi>,
    /// A TPM 2.0 of its own for each run, by swtpm.
    #[serde(default)]
    pub tpm: bool,
    /// A display, of which a run that does not pass leaves a screenshot.
    #[serde(default)]
    pub display: Display,
    /// Disks, in order.
    #[serde(default)]
    pub drives: Vec<Drive>,
    /// A network; none unless given.
    #[serde(default)]
    pub network: Option<Network>,
    /// How the guest says by QEMU's exit status whether it succeeded.
    #[serde(default)]
    pub exit: Option<Exit>,
    /// Further arguments, put after all others.
    #[serde(default)]
    pub args: Vec<String>,
    /// Unpack a direct-boot Linux on the host and start it without firmware work where that is safe.
    #[serde(default = "yes")]
    pub fast_boot: bool,
    /// Let the guest reset itself; otherwise a reset ends the machine.
    #[serde(default)]
    pub reboot: bool,
}

impl Qemu {
    /// A guest of an architecture, with everything else as if it had not been given.
    pub fn of(arch: Arch) -> Qemu {
        Qemu {
            arch,
            binary: None,
            machine: None,
            cpu: None,
            cpus: one(),
            memory: memory(),
            accel: Accel::default(),
            kernel: None,
            initrd: None,
            append: None,
            dtb: None,
            firmware: None,
            uefi: None,
            tpm: false,
            display: Display::default(),
            drives: Vec::new(),
            network: None,
            exit: None,
            args: Vec::new(),
            fast_boot: yes(),
            reboot: false,
        }
    }
}

/// What runs the guest's instructions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Accel {
    /// KVM where guest code was seen to run under it, otherwise TCG.
    #[default]
    Auto,
    /// KVM or nothing.
    Kvm,
    /// QEMU's translator.
    Tcg,
}

/// A disk image.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Drive {
    /// The image file.
    pub file: PathBuf,
    /// The image's format, never guessed.
    #[serde(default = "raw")]
    #[schemars(extend("enum" = soundness::FORMATS))]
    pub format: String,
    /// How the guest sees it.
    #[serde(default)]
    pub interface: DriveInterface,
    /// Keep the file as it is: what the guest writes is thrown away.
    #[serde(default = "yes")]
    pub snapshot: bool,
    /// The guest may not write.
    #[serde(default)]
    pub readonly: bool,
}

/// The kind of disk that the guest sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DriveInterface {
    /// virtio-blk.
    #[default]
    Virtio,
    /// virtio-scsi.
    Scsi,
    /// IDE or AHCI.
    Ide,
    /// NVMe.
    Nvme,
    /// A read-only CD.
    Cdrom,
}

/// User-mode networking.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Network {
    /// Let the guest reach further than the forwarded ports.
    #[serde(default)]
    pub outbound: bool,
    /// The network card's QEMU model.
    #[serde(default)]
    pub model: Option<String>,
    /// TCP ports of the host's loopback that lead into the guest.
    #[serde(default)]
    pub forward: Vec<Forward>,
}

/// One forwarded TCP port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Forward {
    /// On the host's 127.0.0.1.
    #[schemars(range(min = 1))]
    pub host: u16,
    /// In the guest.
    #[schemars(range(min = 1))]
    pub guest: u16,
}

fn one() -> u32 {
    1
}

fn memory() -> String {
    "512M".into()
}

fn raw() -> String {
    "raw".into()
}

fn yes() -> bool {
    true
}
