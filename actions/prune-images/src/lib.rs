//! The recipe of `prune-images`: read everything, decide, look whether it is still so, delete, report.

mod inputs;
mod outcome;
mod place;
mod reading;

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use gha::{Interruption, Note, Outputs, Runner};
use problem::{Problem, given_text};
use promotion::{Keep, Policy};
use registry::{Access, Credentials, Keychain, Repository, usual_files};
use release::{Api, Container};
use wire::{Http, Patience};

use crate::place::{Listed, Place};

pub use inputs::{Inputs, OUTPUTS};
pub use outcome::{Outcome, Row};

/// GitHub's registry.
const GITHUBS: &str = "ghcr.io";

/// What is younger may be half of what somebody is pushing right now.
const SETTLED: Duration = Duration::from_secs(60 * 60);

/// How many connections are kept.
const CONNECTIONS: usize = 2;

/// Runs the action as a program, on a runner or on a terminal: prints what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    let runner = Runner::from_env();
    let mut say = |note: Note<'_>| note.print(runner.is_some());
    let done = Interruption::listen().and_then(|interruption| {
        let done = run(inputs, runner.as_ref(), &interruption, &mut say);
        interruption.over(done)
    });
    let reported = done.and_then(|outcome| {
        outcome.print(inputs.json);
        let Some(runner) = &runner else { return Ok(()) };
        outcome.summary().write(runner)?;
        Outputs::new(runner, &OUTPUTS).set_all(&outcome.outputs())
    });
    gha::exit_code(reported.map(|()| 0), runner.as_ref(), None)
}

fn run(
    inputs: &Inputs,
    runner: Option<&Runner>,
    interruption: &Interruption,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<Outcome, Problem> {
    let keep = keep(inputs)?;
    let http = Http::new(Patience::default(), CONNECTIONS);
    let access = if inputs.delete && !is_packages(inputs) { Access::Delete } else { Access::Pull };
    let repository = Repository::open(&inputs.image, access, &keychain(inputs)?, http.clone())?;
    let url = inputs.api_url.clone().unwrap_or_else(|| Runner::api_url(runner));
    let api = Api::new(&url, inputs.token.as_deref(), http);
    let place = match is_packages(inputs) {
        true => Place::Packages(Container::open(&api, &inputs.image.repository)?),
        false => Place::Registry(&repository),
    };
    let listed = place.list()?;
    say(Note::Step(&format!("reading {} manifests of `{}`", listed.len(), inputs.image.name())));
    let graph = reading::graph(&repository, &listed, place.lists_all())?;
    let sweep = promotion::sweep(&graph, &keep, SystemTime::now().into());
    let outcome = Outcome::of(inputs.image.name(), !inputs.delete, &graph, sweep);
    if inputs.delete && !outcome.deleted.is_empty() {
        delete(&outcome, &place, &listed, interruption, say)?;
    }
    Ok(outcome)
}

/// What was decided holds only while no tag has moved.
fn delete(
    outcome: &Outcome,
    place: &Place<'_>,
    listed: &Listed,
    interruption: &Interruption,
    say: &mut dyn FnMut(Note<'_>),
) -> Result<(), Problem> {
    if place.list()? != *listed {
        let why = format!("the tags of `{}` changed while it was read", outcome.image);
        return Err(Problem::infrastructure(why).hint("nothing was deleted: run it again"));
    }
    for (done, row) in outcome.deleted.iter().enumerate() {
        let deleted = interruption.over(Ok(())).and_then(|()| place.delete(row.digest, listed));
        deleted.map_err(|problem| {
            let all = outcome.deleted.len();
            let message = format!("{} ({done} of {all} were deleted)", problem.message);
            Problem { message, ..problem }
        })?;
        say(Note::Step(&format!("deleted `{}`: {}", row.digest, row.why)));
    }
    Ok(())
}

fn is_packages(inputs: &Inputs) -> bool {
    inputs.api_url.is_some() || inputs.image.registry == GITHUBS
}

/// The token goes to no registry but GitHub's own, and only if nobody has logged in there.
fn keychain(inputs: &Inputs) -> Result<Keychain, Problem> {
    let files = Keychain::Files(usual_files());
    let token = inputs.token.clone().filter(|_| inputs.image.registry == GITHUBS);
    let Some(password) = token else { return Ok(files) };
    Ok(Keychain::Given(match files.find(&inputs.image)? {
        Credentials::Anonymous => Credentials::Password { user: "bootgate".into(), password },
        found => found,
    }))
}

fn keep(inputs: &Inputs) -> Result<Keep, Problem> {
    if inputs.image.tag.is_some() || inputs.image.digest.is_some() {
        let why = format!("`{}` is one image, and not a repository", inputs.image);
        return Err(Problem::user(why).hint("leave out the tag and the digest"));
    }
    let policy = inputs.policy.as_deref().map(|path| policy(path, inputs)).transpose()?;
    let is_said = policy.as_ref().is_some_and(Policy::says_how_long);
    if !is_said && inputs.older_than.is_none() && inputs.keep_last.is_none() {
        return Err(Problem::user("nothing says how long images stay")
            .hint("give `older-than` or `keep-last`, or a `policy` with `keep`"));
    }
    let mut keep = policy.map(|policy| policy.keep()).unwrap_or_default();
    keep.tags.extend(inputs.keep.iter().cloned());
    keep.older_than = inputs.older_than.unwrap_or(keep.older_than).max(SETTLED);
    keep.last = inputs.keep_last.unwrap_or(keep.last);
    Ok(keep)
}

fn policy(path: &Path, inputs: &Inputs) -> Result<Policy, Problem> {
    let policy = Policy::parse(&given_text(path)?, path)?;
    if !policy.images.contains(&inputs.image.name()) {
        let why = format!("`{}` is not for `{}`", path.display(), inputs.image.name());
        return Err(Problem::user(why).hint(format!("it is for {}", policy.images.join(", "))));
    }
    Ok(policy)
}
