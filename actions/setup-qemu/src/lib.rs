//! The recipe of `setup-qemu`: look, plan, install where need be, prove, report.

mod build;
mod distribution;
mod emulator;
mod facts;
mod host;
mod inputs;
mod installation;
mod job;
mod kvm;
mod os_release;
mod outcome;
mod output;
mod plan;
mod target;
mod version;
mod wanted;

use std::path::Path;
use std::process::ExitCode;

use gha::{Interruption, Note, Outputs, Place, Runner, Unsaved};
use trial::Problem;

use crate::emulator::Emulator;
use crate::facts::Facts;
use crate::host::Host;

pub use build::{Build, Origin, Recipe, Signing};
pub use distribution::Distribution;
pub use inputs::{Inputs, KvmAccess, OUTPUTS};
pub use kvm::{Kvm, Remedy};
pub use outcome::{Built, Outcome, Proven, Ready};
pub use output::print_outcome;
pub use plan::{Packages, Plan, Source};
pub use version::Version;
pub use wanted::{Malformed, Wanted};

/// Runs the action as a program, on a runner or on a terminal: prints what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    let runner = Runner::from_env();
    let mut say = |note: Note<'_>| note.print(runner.is_some());
    let outcome = Interruption::listen().and_then(|interruption| {
        interruption.over(run(inputs, &Place::here(runner.as_ref()), &mut say))
    });
    let reported = outcome.and_then(|(outcome, unsaved)| {
        unsaved.map_or(Ok(()), |unsaved| unsaved.keep(runner.as_ref(), &mut say))?;
        report(&outcome, inputs, runner.as_ref())
    });
    gha::exit_code(reported.map(|()| 0), runner.as_ref(), None)
}

fn report(outcome: &Outcome, inputs: &Inputs, runner: Option<&Runner>) -> Result<(), Problem> {
    print_outcome(outcome, inputs.json);
    if let (Outcome::Ready(ready), Some(runner)) = (outcome, runner) {
        Outputs::new(runner, &OUTPUTS).set_all(&ready.outputs())?;
        if ready.build.is_some() {
            runner.add_path(&ready.path)?;
        }
    }
    Ok(())
}

/// Makes QEMU ready and proves it. Knows nothing of GitHub: what is told on the way goes to `say`. A build that the cache
/// does not have is given back too.
///
/// # Errors
/// A mistake in the inputs, or a machine that cannot provide what they ask for.
pub fn run(
    inputs: &Inputs,
    place: &Place,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<(Outcome, Option<Unsaved>), Problem> {
    let host = Host::here();
    let wishes = inputs.wishes(say)?;
    let facts = Facts::gather(&wishes, &host)?;
    let plan = Plan::of(&wishes, &facts)?;
    if inputs.dry_run {
        return Ok((Outcome::Planned(plan), None));
    }
    match &plan.source {
        Source::Machine => {
            let proven = prove(&plan, facts.emulators)?;
            Ok((ready(&plan, proven, None, &host, say)?, None))
        }
        Source::Packages(packages) => {
            installation::install(packages, &host, say)?;
            let proven = prove(&plan, Emulator::find_all(&wishes.targets, &host))?;
            Ok((ready(&plan, proven, None, &host, say)?, None))
        }
        Source::Build(build) => {
            let prove = |programs: &Path| {
                prove(&plan, Emulator::find_all(&wishes.targets, &host.with_first(programs)))
            };
            let provided = build.provide(place, &host, &prove, say)?;
            let artifact = match &inputs.push_to {
                Some(repository) if !provided.is_hit => Some(build.push(repository, say)?),
                _ => None,
            };
            let (key, digest) = (build.key.clone(), provided.digest);
            let built = Built { key: key.clone(), digest, is_hit: provided.is_hit, artifact };
            let outcome = ready(&plan, provided.proven, Some(built), &host, say)?;
            let folder = build::FOLDER.into();
            Ok((outcome, provided.save_as.map(|save_as| Unsaved { folder, key, save_as })))
        }
    }
}

/// Emulators, and those of them that the plan has chosen and that have booted the micro guest.
type Tried = (Vec<Emulator>, Vec<Proven>);

fn prove(plan: &Plan, emulators: Vec<Emulator>) -> Result<Tried, Problem> {
    let chosen = plan.choose(&emulators)?;
    let proven = chosen.iter().map(|(emulator, version)| emulator.prove(*version));
    let proven = proven.collect::<Result<_, _>>()?;
    Ok((emulators, proven))
}

fn ready(
    plan: &Plan,
    (emulators, proven): Tried,
    built: Option<Built>,
    host: &Host,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<Outcome, Problem> {
    let kvm = kvm::prepare(&plan.kvm, &emulators, host, say);
    let ready = Ready::new(proven, kvm, plan.packages(), built);
    ready.map(Outcome::Ready).ok_or_else(|| Problem::user("no target is asked for"))
}
