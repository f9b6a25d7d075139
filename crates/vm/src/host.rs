//! What this host can run, found out by running it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use spec::{Accel, Arch, Qemu};
use trial::{Accelerator, Problem};

use crate::probe::{self, Proof, Target, Unfit};
use crate::{accel, board, locate};

/// One architecture on this host.
#[derive(Clone, Debug, Serialize)]
pub struct Emulator {
    /// The guest's architecture.
    pub arch: Arch,
    /// Where its QEMU is, where it is installed.
    pub program: Option<PathBuf>,
    /// What QEMU says of its version.
    pub version: Option<String>,
    /// What came of guest code under QEMU's translator.
    pub tcg: Finding,
    /// What came of guest code on the host's processor.
    pub kvm: Finding,
}

/// What came of running guest code.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Whether it ran to its end; nothing where there is no guest code to run.
    pub works: Option<bool>,
    /// How that was proven, or why not.
    pub reason: String,
    /// What to do about it, where something can be done.
    pub hint: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: Option<u128>,
}

/// Runs the micro guest on every architecture, at most two seconds each.
pub fn survey() -> Vec<Emulator> {
    Arch::ALL.into_iter().map(emulator).collect()
}

fn emulator(arch: Arch) -> Emulator {
    let config = bare(arch, Accel::Auto);
    match locate::qemu(&config) {
        Ok(program) => Emulator {
            arch,
            version: version(&program.path),
            tcg: proven(arch, &program.path, Accelerator::Tcg),
            kvm: proven(arch, &program.path, Accelerator::Kvm),
            program: Some(program.path),
        },
        Err(problem) => {
            let missing = Finding {
                works: Some(false),
                reason: problem.message,
                hint: problem.hint,
                took_ms: None,
            };
            Emulator { arch, program: None, version: None, tcg: missing.clone(), kvm: missing }
        }
    }
}

/// The name of the program that emulates an architecture.
pub fn program(arch: Arch) -> String {
    board::program(arch)
}

/// Opens the KVM device as QEMU would, and closes it again.
///
/// # Errors
/// Why it does not open.
pub fn open_kvm() -> Result<(), Unfit> {
    probe::device()
}

/// Runs the micro guest on the QEMU at `program`, with the machine and processor that a guest of `arch` gets by default.
///
/// # Errors
/// Why guest code does not run, or that there is none for this architecture.
pub fn prove(arch: Arch, program: &Path, accelerator: Accelerator) -> Result<Proof, Unfit> {
    let (config, kvm) = (bare(arch, Accel::Auto), accelerator == Accelerator::Kvm);
    let machine = board::machine(&config, kvm);
    // Only the micro guest of RISC-V meets a processor without a default of ours; `rv64` is in every QEMU.
    let cpu = board::cpu(&config, kvm).unwrap_or_else(|| "rv64".into());
    probe::prove(&Target { qemu: program, arch, machine: &machine, cpu: &cpu }, accelerator)
}

fn proven(arch: Arch, program: &Path, accelerator: Accelerator) -> Finding {
    let finding = finding(prove(arch, program, accelerator));
    // What the hints of the probe recommend is the translator itself.
    Finding { hint: finding.hint.filter(|_| accelerator == Accelerator::Kvm), ..finding }
}

fn finding(answer: Result<Proof, Unfit>) -> Finding {
    match answer {
        Ok(proof) => Finding {
            works: Some(true),
            reason: proof.how,
            hint: None,
            took_ms: Some(proof.took.as_millis()),
        },
        Err(unfit) => Finding {
            works: (!matches!(unfit, Unfit::Unproven { .. })).then_some(false),
            reason: unfit.to_string(),
            hint: Some(unfit.hint()),
            took_ms: None,
        },
    }
}

fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version =
        text.lines().next()?.split_whitespace().skip_while(|word| *word != "version").nth(1);
    version.map(str::to_owned)
}

fn bare(arch: Arch, accel: Accel) -> Qemu {
    Qemu { accel, ..Qemu::of(arch) }
}

/// A bare guest of this host's own architecture.
pub fn own() -> Qemu {
    bare(Arch::host().unwrap_or(Arch::X86_64), Accel::Kvm)
}

/// Whether `config` can run under KVM.
///
/// # Errors
/// Why not, as infrastructure.
pub fn require_kvm(config: &Qemu) -> Result<(), Problem> {
    let program = locate::qemu(config)?;
    accel::choose(&Qemu { accel: Accel::Kvm, ..config.clone() }, &program).map(|_| ())
}

/// Whether the host's processor has a feature, by its name in `/proc/cpuinfo`.
///
/// # Errors
/// It has not, as infrastructure.
pub fn require_flag(flag: &str) -> Result<(), Problem> {
    if has_flag(&std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default(), flag) {
        return Ok(());
    }
    let problem = Problem::infrastructure(format!("this host's processor does not offer `{flag}`"));
    Err(problem.hint("use a runner with nested virtualisation, or set `unfit: skip` where the test may be left out"))
}

fn has_flag(cpuinfo: &str, flag: &str) -> bool {
    let lines = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let mut flags = lines.filter(|(name, _)| name.trim() == "flags" || name.trim() == "Features");
    flags.any(|(_, flags)| flags.split_whitespace().any(|word| word == flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_a_whole_word() {
        let cpuinfo = "processor\t: 0\nmodel name\t: vmx\nflags\t\t: fpu vmxx svm\n";
        assert!(has_flag(cpuinfo, "svm") && !has_flag(cpuinfo, "vmx"));
    }
}
