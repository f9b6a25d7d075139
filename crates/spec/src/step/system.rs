//! What is asked inside the guest.

use std::fmt;

use super::{FileCheck, Run, Versions};
use crate::Limit;

/// What is asked inside the guest, by SSH or its agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum System {
    /// A command, with what it has to say.
    Run(Run),
    /// These units have to become active.
    UnitsActive(Vec<String>),
    /// No unit may be failed but these, once everything is started.
    UnitsFailed(Vec<String>),
    /// The kernel's release.
    KernelVersion(Versions),
    /// A restart by this command.
    Reboot(String),
    /// What has to be true of a file.
    File(FileCheck),
    /// Something has to listen on these TCP ports.
    PortOpen(Vec<u16>),
    /// Files to bring out: full paths, in which a shell's `*`, `?` and `[…]` may stand.
    Collect(Vec<String>),
    /// How long the boot may have taken.
    BootTime(Limit),
    /// What system and kernel run is noted.
    Remember,
    /// They have to be what they were when they were noted.
    AsBefore,
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |f: &mut fmt::Formatter<'_>, key, all: &[String]| {
            write!(f, "{key} `{}`", all.join("`, `"))
        };
        match self {
            System::Run(run) => write!(f, "run `{}`", run.command.trim_end()),
            System::UnitsActive(units) => listed(f, "units-active", units),
            System::UnitsFailed(allow) if allow.is_empty() => f.write_str("units-failed none"),
            System::UnitsFailed(allow) => listed(f, "units-failed none but", allow),
            System::KernelVersion(versions) => write!(f, "kernel-version `{versions}`"),
            System::Reboot(command) => write!(f, "reboot by `{command}`"),
            System::File(file) => write!(f, "file `{}`", file.path),
            System::PortOpen(ports) => {
                let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
                listed(f, "port-open", &ports)
            }
            System::Collect(paths) => listed(f, "collect", paths),
            System::BootTime(_) => f.write_str("boot-time"),
            System::Remember => f.write_str("note what runs"),
            System::AsBefore => f.write_str("the same as before"),
        }
    }
}
