//! The emulators on the machine: where each is, which version it says it is, and the proof that it boots.

use std::path::{Path, PathBuf};

use spec::Arch;
use trial::{Accelerator, Problem};
use vm::probe::{Proof, Unfit};

use crate::host::Host;
use crate::outcome::Proven;
use crate::version::Version;
use crate::wanted::Wanted;

/// How often guest code may hang before it is taken for the emulator's fault: right after an installation the first start
/// reads everything from a cold disk.
const TRIES: u32 = 3;

/// An emulator that is on the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Emulator {
    /// What it emulates.
    pub(crate) arch: Arch,
    /// Where it is.
    pub(crate) program: PathBuf,
    /// What it says it is; nothing where it does not start.
    pub(crate) version: Option<Version>,
}

impl Emulator {
    /// The one for `arch`, if the machine has it.
    pub(crate) fn find(arch: Arch, host: &Host) -> Option<Emulator> {
        let program = host.find(&vm::host::program(arch))?;
        let version = version(&program, host);
        Some(Emulator { arch, program, version })
    }

    /// Those of `targets` that the machine has.
    pub(crate) fn find_all(targets: &[Arch], host: &Host) -> Vec<Emulator> {
        targets.iter().filter_map(|&arch| Emulator::find(arch, host)).collect()
    }

    /// Its version, if it starts and that will do.
    pub(crate) fn version_for(&self, wanted: &Wanted) -> Option<Version> {
        self.version.filter(|version| wanted.accepts(*version))
    }

    /// Boots the micro guest on it. Where there is none for its architecture, nothing is proven and nothing is wrong.
    ///
    /// # Errors
    /// It does not run guest code.
    pub(crate) fn prove(&self, version: Version) -> Result<Proven, Problem> {
        let mut answer = self.prove_once();
        for _ in 1..TRIES {
            if matches!(answer, Err(Unfit::GuestHung { .. })) {
                answer = self.prove_once();
            }
        }
        let boot_ms = match answer {
            Ok(proof) => Some(proof.took.as_millis()),
            Err(Unfit::Unproven { .. }) => None,
            Err(unfit) => return Err(self.broken(&unfit)),
        };
        Ok(Proven { arch: self.arch, program: self.program.clone(), version, boot_ms })
    }

    fn prove_once(&self) -> Result<Proof, Unfit> {
        vm::host::prove(self.arch, &self.program, Accelerator::Tcg)
    }

    fn broken(&self, unfit: &Unfit) -> Problem {
        let program = self.program.display();
        Problem::infrastructure(format!("`{program}` is here and boots nothing: {unfit}"))
            .hint("install QEMU anew, or remove what stands before the distribution's on PATH")
    }
}

fn version(program: &Path, host: &Host) -> Option<Version> {
    let ended = host.job(&program.to_string_lossy(), &["--version"]).run_unheard().ok()?;
    let banner = ended.lines.iter().find(|line| line.contains("version"))?;
    ended.succeeded().then(|| Version::of_banner(banner)).flatten()
}
