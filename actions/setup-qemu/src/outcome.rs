//! What came of it, as data.

use std::path::PathBuf;

use serde::Serialize;
use spec::Arch;

use crate::kvm::Kvm;
use crate::plan::Plan;
use crate::version::Version;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// The plan was made, and that was all that was asked for.
    Planned(Plan),
    /// QEMU is ready.
    Ready(Ready),
}

/// QEMU is ready: every target is there in a version that will do, and boots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ready {
    /// The version of the first target's emulator.
    pub version: Version,
    /// The folder of the first target's emulator.
    pub path: PathBuf,
    /// Whether KVM works.
    pub kvm: Kvm,
    /// The emulators, in the order of the targets.
    pub emulators: Vec<Proven>,
    /// The packages that were installed.
    pub installed: Vec<&'static str>,
}

/// An emulator that was found and tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proven {
    /// What it emulates.
    pub arch: Arch,
    /// Where it is.
    pub program: PathBuf,
    /// What it is.
    pub version: Version,
    /// How long the micro guest took, in milliseconds; nothing where there is none for the architecture.
    pub boot_ms: Option<u128>,
}

impl Ready {
    /// Nothing without an emulator.
    pub(crate) fn new(
        emulators: Vec<Proven>,
        kvm: Kvm,
        installed: &[&'static str],
    ) -> Option<Ready> {
        let first = emulators.first()?;
        let path = first.program.parent()?.to_owned();
        Some(Ready { version: first.version, path, kvm, emulators, installed: installed.to_vec() })
    }

    /// The outputs, by the names in [`crate::OUTPUTS`].
    pub fn outputs(&self) -> [(&'static str, String); 3] {
        [
            ("version", self.version.to_string()),
            ("path", self.path.display().to_string()),
            ("kvm", self.kvm.to_string()),
        ]
    }
}
