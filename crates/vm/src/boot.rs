//! What was decided about one start, beside what the spec says.

use std::path::PathBuf;

use trial::Accelerator;

use crate::uefi::Flash;

/// What was decided about one start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Boot {
    /// None while nobody has tried: QEMU then takes KVM where it opens.
    pub(crate) accelerator: Option<Accelerator>,
    /// How console and control are wired.
    pub(crate) wiring: Wiring,
    /// Whether QEMU is to lock itself in.
    pub(crate) sandbox: bool,
    /// UEFI firmware.
    pub(crate) flash: Option<Flash>,
    /// The address of its card on a private network.
    pub(crate) card: Option<String>,
    /// Start an unpacked kernel.
    pub(crate) fast: Option<Fast>,
    /// Where QEMU keeps what the guest writes to disks that are left as they are.
    pub(crate) scratch: Option<PathBuf>,
    /// Where QEMU opens a second control socket, because the guest may be kept after its end.
    pub(crate) control: Option<PathBuf>,
}

/// Who is at the other end of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wiring {
    /// A person at a terminal.
    Terminal,
    /// We, by pipes and an inherited control socket; the guest waits until it is told to go.
    Pipes,
}

/// How an unpacked kernel is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fast {
    /// A firmware that does no more than starting it.
    pub(crate) firmware: Option<&'static str>,
}

/// The descriptor by which QEMU inherits its control socket.
pub(crate) const CONTROL_FD: i32 = 10;

/// The descriptor by which QEMU inherits the unpacked kernel.
pub(crate) const KERNEL_FD: i32 = 11;

/// The descriptor by which QEMU inherits its line to the TPM, and the TPM its own end.
pub(crate) const TPM_FD: i32 = 12;

/// The descriptor by which QEMU inherits its end of the line to the guest agent.
pub(crate) const AGENT_FD: i32 = 13;

/// The descriptor by which QEMU inherits its place on a private network.
pub(crate) const NET_FD: i32 = 14;

impl Boot {
    /// As a person would start it, with nothing of ours in it.
    pub(crate) fn plain(accelerator: Option<Accelerator>, flash: Option<Flash>) -> Boot {
        Boot {
            accelerator,
            wiring: Wiring::Terminal,
            sandbox: false,
            flash,
            card: None,
            fast: None,
            scratch: None,
            control: None,
        }
    }

    pub(crate) fn is_kvm(&self) -> bool {
        self.accelerator == Some(Accelerator::Kvm)
    }
}
