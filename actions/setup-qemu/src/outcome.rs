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
    /// The build, if it is one of ours.
    pub build: Option<Built>,
}

/// A QEMU of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Built {
    /// Its name in the cache.
    pub key: String,
    /// Of its files, as `sha256:` and 64 digits.
    pub digest: String,
    /// Whether it was built before.
    pub is_hit: bool,
    /// Where it was pushed to, by digest.
    pub artifact: Option<String>,
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
        build: Option<Built>,
    ) -> Option<Ready> {
        let first = emulators.first()?;
        let path = first.program.parent()?.to_owned();
        let installed = installed.to_vec();
        Some(Ready { version: first.version, path, kvm, emulators, installed, build })
    }

    /// The outputs, by the names in [`crate::OUTPUTS`].
    pub fn outputs(&self) -> [(&'static str, String); 7] {
        let of_build =
            |value: fn(&Built) -> String| self.build.as_ref().map(value).unwrap_or_default();
        [
            ("version", self.version.to_string()),
            ("path", self.path.display().to_string()),
            ("cache-hit", of_build(|build| build.is_hit.to_string())),
            ("cache-key", of_build(|build| build.key.clone())),
            ("digest", of_build(|build| build.digest.clone())),
            ("artifact", of_build(|build| build.artifact.clone().unwrap_or_default())),
            ("kvm", self.kvm.to_string()),
        ]
    }
}
