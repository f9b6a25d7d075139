//! The recipe of `setup-qemu`: look, plan, install where need be, prove, report.

mod distribution;
mod emulator;
mod facts;
mod host;
mod inputs;
mod installation;
mod interruption;
mod job;
mod kvm;
mod note;
mod os_release;
mod outcome;
mod output;
mod plan;
mod target;
mod version;
mod wanted;

use std::process::ExitCode;

use gha::{Outputs, Runner};
use trial::Problem;

use crate::emulator::Emulator;
use crate::facts::Facts;
use crate::host::Host;
use crate::plan::Wishes;

pub use distribution::Distribution;
pub use inputs::{Inputs, KvmAccess, OUTPUTS};
pub use interruption::Interruption;
pub use kvm::{Kvm, Remedy};
pub use note::Note;
pub use outcome::{Outcome, Proven, Ready};
pub use output::{print_note, print_outcome};
pub use plan::{Packages, Plan, Source};
pub use version::Version;
pub use wanted::{Malformed, Wanted};

/// Runs the action as a program, on a runner or on a terminal: prints what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    let runner = Runner::from_env();
    let mut say = |note: Note<'_>| print_note(note, runner.is_some());
    let outcome =
        Interruption::listen().and_then(|interruption| interruption.over(run(inputs, &mut say)));
    match outcome.and_then(|outcome| report(&outcome, inputs, runner.as_ref())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            gha::tell(&problem, runner.as_ref(), None);
            ExitCode::from(problem.exit_code())
        }
    }
}

fn report(outcome: &Outcome, inputs: &Inputs, runner: Option<&Runner>) -> Result<(), Problem> {
    print_outcome(outcome, inputs.json);
    if let (Outcome::Ready(ready), Some(runner)) = (outcome, runner) {
        let outputs = Outputs::new(runner, &OUTPUTS);
        ready.outputs().iter().try_for_each(|(name, value)| outputs.set(name, value))?;
    }
    Ok(())
}

/// Makes QEMU ready and proves it. Knows nothing of GitHub: what is told on the way goes to `say`.
///
/// # Errors
/// A mistake in the inputs, or a machine that cannot provide what they ask for.
pub fn run(inputs: &Inputs, say: &mut dyn FnMut(Note<'_>)) -> Result<Outcome, Problem> {
    let host = Host::here();
    let wishes =
        Wishes { version: inputs.version.clone(), targets: inputs.targets()?, kvm: inputs.kvm };
    let facts = Facts::gather(&wishes.targets, &host);
    let plan = Plan::of(&wishes, &facts)?;
    if inputs.dry_run {
        return Ok(Outcome::Planned(plan));
    }
    let emulators = match &plan.source {
        Source::Machine => facts.emulators,
        Source::Packages(packages) => {
            installation::install(packages, &host, say)?;
            Emulator::find_all(&wishes.targets, &host)
        }
    };
    ready(&plan, &emulators, &host, say).map(Outcome::Ready)
}

fn ready(
    plan: &Plan,
    emulators: &[Emulator],
    host: &Host,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<Ready, Problem> {
    let chosen = plan.choose(emulators)?;
    let proven = chosen.iter().map(|(emulator, version)| emulator.prove(*version));
    let proven = proven.collect::<Result<Vec<Proven>, Problem>>()?;
    let kvm = kvm::prepare(&plan.kvm, emulators, host, say);
    Ready::new(proven, kvm, plan.packages()).ok_or_else(|| Problem::user("no target is asked for"))
}
