//! The device by which a guest ends QEMU with a status, and which status is a success.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Complaint;
use crate::node::Node;
use crate::{Accel, Arch, Qemu};

/// How the guest says by QEMU's exit status whether it succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exit {
    /// What it writes to.
    pub device: ExitDevice,
    /// QEMU's exit status that means success: 33 by `isa-debug-exit` and 0 by the others unless given.
    #[serde(default)]
    pub success: Option<u8>,
}

/// What a guest can write to so that QEMU exits with a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExitDevice {
    /// x86's, at port 0xf4: the value v becomes the status 2·v + 1.
    IsaDebugExit,
    /// Arm's and RISC-V's `SYS_EXIT`.
    Semihosting,
    /// SiFive's, which is on RISC-V's `virt`.
    SifiveTest,
}

impl Exit {
    /// QEMU's exit status that means success.
    pub fn success(&self) -> u8 {
        self.success.unwrap_or(self.device.usual_success())
    }
}

impl ExitDevice {
    /// All of them.
    pub const ALL: [ExitDevice; 3] =
        [ExitDevice::IsaDebugExit, ExitDevice::Semihosting, ExitDevice::SifiveTest];

    /// Its name, as in a spec.
    pub fn as_str(self) -> &'static str {
        match self {
            ExitDevice::IsaDebugExit => "isa-debug-exit",
            ExitDevice::Semihosting => "semihosting",
            ExitDevice::SifiveTest => "sifive-test",
        }
    }

    fn usual_success(self) -> u8 {
        if self == ExitDevice::IsaDebugExit { 33 } else { 0 }
    }

    fn is_of(self, arch: Arch) -> bool {
        match self {
            ExitDevice::IsaDebugExit => arch == Arch::X86_64,
            ExitDevice::Semihosting => matches!(arch, Arch::Aarch64 | Arch::Riscv64),
            ExitDevice::SifiveTest => arch == Arch::Riscv64,
        }
    }
}

/// Checks the key `exit`, which stands at `node`.
pub(crate) fn check(exit: &Exit, qemu: &Qemu, node: &Node) -> Result<(), Complaint> {
    let (device, name) = (exit.device, exit.device.as_str());
    let of_device = |message, hint: Option<String>| {
        Err(Complaint::new(node.at("device").place, message).hint(hint))
    };
    if !device.is_of(qemu.arch) {
        let other = ExitDevice::ALL.into_iter().find(|other| other.is_of(qemu.arch));
        let hint = other.map(|other| format!("use `{}`", other.as_str()));
        return of_device(format!("a guest of {} has no `{name}`", qemu.arch), hint);
    }
    if device == ExitDevice::Semihosting && qemu.accel == Accel::Kvm {
        let hint = Some("use `accel: tcg`".into());
        return of_device("`semihosting` does not work under KVM".into(), hint);
    }
    let hint = format!("without this key it is `{}`", device.usual_success());
    impossible(device, exit.success())
        .map_or(Ok(()), |why| Err(Complaint::new(node.at("success").place, why).hint(Some(hint))))
}

fn impossible(device: ExitDevice, success: u8) -> Option<String> {
    match (device, success) {
        (_, 1) => Some("`1` is also what QEMU exits with when it fails itself".into()),
        (ExitDevice::IsaDebugExit, even) if even % 2 == 0 => {
            Some(format!("`{even}` cannot come from `isa-debug-exit`: it adds 1 to twice a value"))
        }
        _ => None,
    }
}
