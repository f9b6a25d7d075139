//! Why an accelerator is not fit for a guest, and what to do about it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use spec::Arch;
use trial::Problem;

/// How far the micro guest got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The last step it reported, such as `long mode`.
    pub reached: Option<String>,
    /// The step that should have come next.
    pub missing: String,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reached {
            Some(reached) => write!(f, "it reached `{reached}`, not `{}`", self.missing),
            None => write!(f, "it did not even reach `{}`", self.missing),
        }
    }
}

/// Why an accelerator is not fit for a guest. [`fmt::Display`] gives the reason, [`Unfit::hint`] the next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Unfit {
    /// There is no KVM device.
    NoDevice {
        /// Where it should be.
        device: PathBuf,
    },
    /// The KVM device is there and this user may not open it.
    NoPermission {
        /// Where it is.
        device: PathBuf,
        /// Whether members of the group `kvm` may open it.
        group: bool,
    },
    /// The KVM device does not open for another reason.
    BadDevice {
        /// Where it is.
        device: PathBuf,
        /// What the system said.
        error: String,
    },
    /// KVM runs guests of the host's own architecture only.
    OtherArch {
        /// What the guest is.
        guest: Arch,
        /// What this program runs on.
        host: String,
    },
    /// QEMU cannot be started.
    QemuMissing {
        /// The program.
        qemu: PathBuf,
        /// What the system said.
        error: String,
    },
    /// QEMU ended with an error before the guest was done.
    QemuAborted {
        /// How it ended, such as `exit status: 1`.
        status: String,
        /// Its last error line, or its last line.
        said: String,
    },
    /// QEMU went on and the guest did not.
    GuestHung {
        /// How far it got.
        progress: Progress,
        /// How long it was watched: the limit, or less where QEMU reported that the guest cannot go on.
        after: Duration,
        /// What QEMU said, if anything.
        said: String,
    },
    /// QEMU ended in good order and the guest was not done: it reset or switched itself off.
    GuestEnded {
        /// How far it got.
        progress: Progress,
    },
    /// There is no micro guest for this architecture or machine.
    Unproven {
        /// The guest's architecture.
        arch: Arch,
        /// The machine type.
        machine: String,
    },
    /// The probe itself could not be set up.
    NoProbe {
        /// What the system said.
        error: String,
    },
}

impl Unfit {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Unfit::NoPermission { group, .. } => permission_hint(*group),
            other => other.fixed_hint().to_owned(),
        }
    }

    fn fixed_hint(&self) -> &'static str {
        match self {
            Unfit::NoDevice { .. } => {
                "load `kvm_intel` or `kvm_amd`, turn on (nested) virtualisation, or pass `--device /dev/kvm` to the \
                 container; `accel: tcg` works without"
            }
            Unfit::OtherArch { .. } => "use `accel: tcg`, or a runner of the guest's architecture",
            Unfit::QemuMissing { .. } => {
                "install QEMU for this architecture, or use the action setup-qemu"
            }
            Unfit::QemuAborted { .. } => "try another `cpu`, or use `accel: tcg`",
            Unfit::GuestHung { .. } | Unfit::GuestEnded { .. } => {
                "KVM that runs firmware and no kernel is usual inside another virtual machine: use `accel: tcg`, or a \
                 host with working nested virtualisation"
            }
            Unfit::Unproven { .. } => {
                "use `accel: tcg`, or ask for `accel: kvm` to use it unproven"
            }
            _ => "use `accel: tcg`",
        }
    }
}

fn permission_hint(group: bool) -> String {
    let step = if group {
        "`sudo usermod -aG kvm $USER` and log in again"
    } else {
        "`echo 'KERNEL==\"kvm\", GROUP=\"kvm\", MODE=\"0666\"' | sudo tee /etc/udev/rules.d/99-kvm.rules`, then \
         `sudo udevadm control --reload-rules && sudo udevadm trigger --name-match=kvm`"
    };
    format!("{step}; on GitHub-hosted runners the action setup-qemu does it")
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::NoDevice { device } => write!(f, "no KVM device at `{}`", device.display()),
            Unfit::NoPermission { device, .. } => {
                write!(f, "no permission to open `{}`", device.display())
            }
            Unfit::BadDevice { device, error } => {
                write!(f, "cannot open `{}`: {error}", device.display())
            }
            Unfit::OtherArch { guest, host } => {
                write!(f, "KVM on a host of `{host}` runs no guest of `{guest}`")
            }
            Unfit::QemuMissing { qemu, error } => {
                write!(f, "cannot start `{}`: {error}", qemu.display())
            }
            Unfit::QemuAborted { status, said } => write!(f, "QEMU gave up ({status}): `{said}`"),
            Unfit::GuestHung { progress, after, said } => hung(f, progress, *after, said),
            Unfit::GuestEnded { progress } => write!(f, "guest code ended early: {progress}"),
            Unfit::Unproven { arch, machine } => {
                write!(f, "there is no proof for machine `{machine}` of `{arch}`")
            }
            Unfit::NoProbe { error } => write!(f, "cannot set up the probe: {error}"),
        }
    }
}

fn hung(
    f: &mut fmt::Formatter<'_>,
    progress: &Progress,
    after: Duration,
    said: &str,
) -> fmt::Result {
    write!(f, "guest code hung: {progress}, within {} ms", after.as_millis())?;
    if said.is_empty() { Ok(()) } else { write!(f, "; QEMU said `{said}`") }
}

impl std::error::Error for Unfit {}

impl From<Unfit> for Problem {
    fn from(unfit: Unfit) -> Problem {
        Problem::infrastructure(unfit.to_string()).hint(unfit.hint())
    }
}
