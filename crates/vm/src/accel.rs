//! KVM where guest code was seen to run under it, otherwise QEMU's translator.

use spec::{Accel, Arch, ExitDevice, Qemu};
use trial::{Accelerator, Problem};

use crate::board;
use crate::locate::Program;
use crate::probe::{self, Target, Unfit};

/// What was chosen, and what a reader should know about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) accelerator: Accelerator,
    pub(crate) note: Option<String>,
}

/// What is certain without trying.
pub(crate) fn foreseen(qemu: &Qemu) -> Option<Accelerator> {
    match qemu.accel {
        Accel::Kvm => Some(Accelerator::Kvm),
        Accel::Auto if Arch::host() == Some(qemu.arch) && !needs_translator(qemu) => None,
        Accel::Auto | Accel::Tcg => Some(Accelerator::Tcg),
    }
}

/// Chooses by running guest code.
pub(crate) fn choose(qemu: &Qemu, program: &Program) -> Result<Choice, Problem> {
    match qemu.accel {
        Accel::Tcg => Ok(Choice { accelerator: Accelerator::Tcg, note: None }),
        Accel::Auto if needs_translator(qemu) => {
            let note = "KVM is not used: semihosting needs QEMU's translator".to_owned();
            Ok(Choice { accelerator: Accelerator::Tcg, note: Some(note) })
        }
        Accel::Auto => Ok(prove(qemu, program).map_or_else(|unfit| fall_back(&unfit), kvm)),
        Accel::Kvm => prove(qemu, program).map(kvm).or_else(insist),
    }
}

/// On the host's processor a guest's call to semihosting is only an instruction that does not exist.
fn needs_translator(qemu: &Qemu) -> bool {
    qemu.exit.is_some_and(|exit| exit.device == ExitDevice::Semihosting)
}

fn prove(qemu: &Qemu, program: &Program) -> Result<Option<String>, Unfit> {
    let machine = board::machine(qemu, true);
    let cpu = board::cpu(qemu, true).unwrap_or_default();
    let target = Target { qemu: &program.path, arch: qemu.arch, machine: &machine, cpu: &cpu };
    probe::kvm(&target).map(|_| None)
}

fn kvm(note: Option<String>) -> Choice {
    Choice { accelerator: Accelerator::Kvm, note }
}

fn fall_back(unfit: &Unfit) -> Choice {
    Choice { accelerator: Accelerator::Tcg, note: Some(format!("KVM is not used: {unfit}")) }
}

/// Who asks for KVM gets it also where it cannot be proven, but not where it was seen to fail.
fn insist(unfit: Unfit) -> Result<Choice, Problem> {
    match unfit {
        Unfit::Unproven { .. } => Ok(kvm(Some(format!("KVM is used unproven: {unfit}")))),
        _ => {
            Err(Problem::infrastructure(format!("KVM cannot be used: {unfit}")).hint(unfit.hint()))
        }
    }
}
