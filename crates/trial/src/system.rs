//! What is asked inside a booted system, and what the answers mean: pure, with a file for each kind of step.

mod as_before;
mod boot_time;
mod collect;
mod file;
mod kernel_version;
mod port_open;
mod reboot;
mod remember;
mod run;
mod said;
mod units_active;
mod units_failed;

pub(crate) use as_before::Before;
pub use boot_time::Boot;
pub(crate) use said::shown;

use std::time::Duration;

use spec::System;

use crate::Said;
use crate::collect::Found;

/// How much of an answer is taken unless more is needed, in bytes.
const MOST: usize = 256 << 10;

/// How long one question may take of those that can be asked again.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a step asks until it is content.
pub(crate) trait Check {
    /// Lines for the guest's `sh`.
    fn script(&self) -> String;

    /// What was said to it.
    fn judge(&mut self, said: &Said, memory: &mut Memory) -> Outcome;

    /// The most that is taken of an answer, in bytes.
    fn most(&self) -> usize {
        MOST
    }

    /// How long a question may take; as long as its step where there is none.
    fn patience(&self) -> Option<Duration> {
        Some(PATIENCE)
    }

    /// Takes note that the guest took the question and never answered; says whether it may be asked again.
    fn lost(&mut self) -> bool {
        true
    }

    /// Whether the next question makes the guest restart.
    fn restarts(&self) -> bool {
        false
    }
}

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is as it has to be; with what was found, where that is worth knowing.
    Met(Option<String>),
    /// There is something else to ask, at once.
    Next,
    /// Not yet, for this reason.
    NotYet(String),
    /// It never will be.
    Failed(Fault),
}

/// Why a check failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    /// One line that is the same for the same fault.
    pub(crate) title: String,
    /// What differs from time to time.
    pub(crate) detail: Option<String>,
    /// What the guest said to it, as far as it is shown.
    pub(crate) said: Option<String>,
}

/// What checks know of each other.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// What ran before an upgrade.
    before: Option<Before>,
    /// How the boot went.
    pub(crate) boot: Option<Boot>,
    /// Files that were brought out.
    pub(crate) gathered: Vec<Found>,
}

/// The check that `system` asks for; `budget` is how long a boot may have taken.
pub(crate) fn check(system: &System, budget: Option<Duration>) -> Box<dyn Check> {
    match system.clone() {
        System::Run(run) => Box::new(run::Command(run)),
        System::UnitsActive(units) => Box::new(units_active::UnitsActive(units)),
        System::UnitsFailed(allow) => Box::new(units_failed::UnitsFailed(allow)),
        System::KernelVersion(versions) => Box::new(kernel_version::Kernel(versions)),
        System::Reboot(command) => Box::new(reboot::Reboot::by(command)),
        System::File(file) => Box::new(file::File(file)),
        System::PortOpen(ports) => Box::new(port_open::PortOpen(ports)),
        System::Collect(paths) => Box::new(collect::Collect(paths)),
        System::BootTime(_) => Box::new(boot_time::BootTime(budget.unwrap_or(Duration::MAX))),
        System::Remember => Box::new(remember::Remember),
        System::AsBefore => Box::new(as_before::AsBefore),
    }
}

impl Fault {
    fn new(title: impl Into<String>) -> Fault {
        Fault { title: title.into(), ..Fault::default() }
    }

    /// The same with what differs from time to time.
    fn detail(self, detail: impl Into<Option<String>>) -> Fault {
        Fault { detail: detail.into(), ..self }
    }

    /// The same with what the guest said.
    fn said(self, bytes: &[u8]) -> Fault {
        Fault { said: Some(shown(bytes)).filter(|said| !said.is_empty()), ..self }
    }
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Outcome {
        Outcome::Failed(fault)
    }
}
