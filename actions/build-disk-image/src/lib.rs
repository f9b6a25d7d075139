//! The recipe of `build-disk-image`: find the image, look whether its disk was made before, pull, write, push, report.

mod about;
mod artifact;
mod builder;
mod carried_out;
mod choice;
mod direct;
mod esp;
mod follow;
mod inputs;
mod kargs;
mod kernel;
mod outcome;
mod plan;
mod podman;
mod room;
mod shape;
mod signed;
mod source;
mod uki;
mod version;

use std::process::ExitCode;
use std::time::Instant;

use evidence::SigningKey;
use gha::{Interruption, Note, Outputs, Place, Runner, Unsaved};
use problem::Problem;

use crate::plan::Plan;

pub use artifact::Wanted;
pub use choice::{Engine, FileSystem, Layout, Type};
pub use inputs::{Inputs, OUTPUTS};
pub use outcome::Outcome;

/// Runs the action as a program, on a runner or on a terminal: prints what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    let runner = Runner::from_env();
    let mut say = |note: Note<'_>| note.print(runner.is_some());
    let made = Interruption::listen()
        .and_then(|interruption| interruption.over(run(inputs, runner.as_ref(), &mut say)));
    let reported = made.and_then(|made| {
        let Some((outcome, unsaved)) = made else { return Ok(()) };
        unsaved.map_or(Ok(()), |unsaved| unsaved.keep(runner.as_ref(), &mut say))?;
        outcome.print(inputs.json);
        let Some(runner) = &runner else { return Ok(()) };
        Outputs::new(runner, &OUTPUTS).set_all(&outcome.outputs())
    });
    gha::exit_code(reported.map(|()| 0), runner.as_ref(), None)
}

/// Makes the disk, or finds it made; nothing if it is only asked what would be done. What the cache does not have yet is given
/// back, too.
fn run(
    inputs: &Inputs,
    runner: Option<&Runner>,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<Option<(Outcome, Option<Unsaved>)>, Problem> {
    let begun = Instant::now();
    let plan = Plan::of(inputs)?;
    if inputs.dry_run {
        return plan.show(inputs, say).map(|()| None);
    }
    let key = inputs.signing_key.as_deref();
    let key = gha::signing_key(key, runner, SigningKey::from_pem)?;
    let place = Place::here(runner);
    let (mut outcome, unsaved) = plan.carry_out(inputs, key.as_ref(), &place, say)?;
    outcome.seconds = begun.elapsed().as_secs_f64();
    if !outcome.untested.is_empty() {
        let untested = outcome.untested.join(", ");
        say(Note::Notice(&format!("a disk that was made this way does not test {untested}")));
    }
    Ok(Some((outcome, unsaved)))
}
