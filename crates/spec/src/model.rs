//! A boot test as the rest of the program sees it.

use std::path::PathBuf;

use verdict::Pattern;

use verdict::{Signs, Tests};

use crate::{Access, Allow, Capability, Limits, Machine, Quarantine, Ssh, Step, StopWhen, Unfit};

/// A boot test in which everything that can be checked without running it has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What results are filed under; the file's stem unless given.
    pub name: String,
    /// Where the guest runs.
    pub machine: Machine,
    /// The host on which that is; this one unless given.
    pub ssh: Option<Ssh>,
    /// How steps reach the guest.
    pub access: Access,
    /// What the host must offer before the guest is started.
    pub requires: Vec<Capability>,
    /// What becomes of the run on a host that does not offer it.
    pub unfit: Unfit,
    /// What to wait for and what to type, in order.
    pub steps: Vec<Step>,
    /// What the guest has to print.
    pub pass: Signs,
    /// What it must not print, besides the built-in crash catalogue.
    pub fail: Vec<Pattern>,
    /// Lines that look like a crash and are none.
    pub allow: Vec<Allow>,
    /// What test results in TAP or KTAP on the console mean.
    pub results: Tests,
    /// Files that are brought out of the guest: full paths, in which a shell's `*`, `?` and `[…]` may stand.
    pub collect: Vec<String>,
    /// How long everything may take.
    pub limits: Limits,
    /// An ELF file of the guest, for the addresses in its backtraces.
    pub symbols: Option<PathBuf>,
    /// How often the test has to pass, 1 to 100; more than once only without `retries`.
    pub repeat: u32,
    /// When repetitions end.
    pub stop_when: StopWhen,
    /// How often a run that did not pass is tried again; at most 10.
    pub retries: u32,
    /// Who looks after a test that is known not to pass, and until when.
    pub quarantine: Option<Quarantine>,
}

impl Spec {
    /// The files that the guest is started with.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = self.symbols.iter().cloned().collect();
        match &self.machine {
            Machine::Qemu(qemu) => {
                let named = [&qemu.kernel, &qemu.initrd, &qemu.dtb, &qemu.firmware];
                files.extend(named.into_iter().flatten().cloned());
                let uefi = qemu.uefi.iter().flat_map(|uefi| uefi.code.iter().chain(&uefi.vars));
                files.extend(uefi.cloned());
                files.extend(qemu.drives.iter().map(|drive| drive.file.clone()));
            }
            Machine::Group(members) => files.extend(members.iter().flat_map(|it| it.spec.files())),
            Machine::Command(_) => {}
        }
        files
    }
}
