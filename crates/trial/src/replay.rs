//! A recorded console, judged as if it came from a machine.

use std::io::{self, Read};
use std::time::Duration;

use spec::{Action, Pattern, Spec, Step};
use verdict::{Conclusion, Judge, Notice, Rules};

use crate::run::step_failed;
use crate::steps::{Steps, Want};
use crate::{Problem, Report, standing};

/// A nonce as [`crate::run`] makes it.
const ANY_NONCE: &str = "[0-9a-f]{16}";

/// Judges a recording by the built-in catalogue, and by `spec` where there is one.
///
/// A recording has no times, and what the host typed cannot be told from what the guest said.
///
/// # Errors
/// The recording cannot be read, or the spec's patterns are too large together.
pub fn replay(name: &str, spec: Option<&Spec>, console: &mut dyn Read) -> Result<Report, Problem> {
    let (spec, notes) = spec.map(standing::today).transpose()?.unzip();
    let spec: Option<&Spec> = spec.as_ref();
    let steps = spec.map_or(&[][..], |spec| &spec.steps);
    let rules = spec.map(rules).unwrap_or_default();
    let mut judge = Judge::new(rules).map_err(|error| Problem::user(error.to_string()))?;
    let mut steps = Steps::recorded(steps);
    let mut failed = None;
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = read(console, &mut buffer)?;
        if read == 0 {
            break;
        }
        for notice in judge.read(Duration::ZERO, &buffer[..read]) {
            failed = failed.or(take(&mut steps, &notice));
            let _nothing_to_wait_for: Want<'_> = steps.advance(Duration::ZERO, &mut judge);
        }
    }
    let ended = Conclusion::Ended("the recording ended".into());
    let conclusion = failed.map_or(ended, step_failed);
    let judgement = judge.conclude(Duration::ZERO, steps.waiting_for(), conclusion);
    let notes = notes.into_iter().flatten().chain(spec.and_then(unheard)).collect();
    Ok(Report { notes, ..Report::new(name, judgement, Duration::ZERO) })
}

fn read(console: &mut dyn Read, buffer: &mut [u8]) -> Result<usize, Problem> {
    loop {
        match console.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Problem::user(format!("cannot read the console: {error}"))),
            Ok(read) => return Ok(read),
        }
    }
}

fn take(steps: &mut Steps<'_>, notice: &Notice) -> Option<String> {
    match *notice {
        Notice::Sign { mark, line } => steps.sign(Duration::ZERO, mark, line),
        Notice::Ran { step, status } => return steps.ran(Duration::ZERO, step, status),
        Notice::Stage(_) | Notice::Passed | Notice::Decided => {}
    }
    None
}

fn rules(spec: &Spec) -> Rules {
    let runs = spec.steps.iter().any(|step| matches!(step.action, Action::Run(_)));
    Rules {
        pass: spec.pass.clone(),
        fail: spec.fail.clone(),
        allow: spec.allow.iter().map(|allow| allow.pattern.clone()).collect(),
        tests: spec.results,
        marks: spec.steps.iter().filter_map(mark).collect(),
        nonce: runs.then(|| ANY_NONCE.into()),
        asks: false,
        boots: spec.limits.boots,
    }
}

/// What of `spec` a recording cannot tell.
fn unheard(spec: &Spec) -> Option<String> {
    let asks = |step: &&Step| matches!(step.action, Action::Ask(_));
    let count = spec.steps.iter().filter(asks).count();
    let asks = if count == 1 { "step of the spec asks" } else { "steps of the spec ask" };
    (count > 0).then(|| {
        format!("{count} {asks} inside the guest: a recording of its console holds no answers")
    })
}

/// What a step looks like in a recording, where a prompt is followed by what was typed at it.
fn mark(step: &Step) -> Option<Pattern> {
    match &step.action {
        Action::Expect(pattern) => Some(pattern.clone()),
        Action::Prompt(pattern) => Pattern::new(pattern.as_str().trim_end_matches('$')).ok(),
        Action::Send(_) | Action::Run(_) | Action::Ask(_) => None,
    }
}
