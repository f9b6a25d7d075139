//! A trial: a run, and where the spec allows it a second one, with nothing hidden.

use std::path::Path;

use spec::Spec;
use verdict::Verdict;

use crate::{Fault, Machine, Problem, Report, Watcher, evidence};

/// What is tried, and where its evidence goes.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// The boot test.
    pub spec: &'a Spec,
    /// The folder for the evidence; it is made if need be, and what an earlier run left in it is replaced.
    pub evidence: &'a Path,
    /// The command that runs the whole test again, for `reproduce.sh`.
    pub rerun: &'a str,
}

/// Runs a trial on a new machine for each try, and leaves its evidence.
///
/// # Errors
/// The user's mistakes, and evidence that cannot be written; everything else is a verdict.
pub fn run(
    trial: Trial<'_>,
    machine: &mut dyn FnMut() -> Box<dyn Machine>,
    watcher: &mut dyn Watcher,
) -> Result<Report, Problem> {
    evidence::clear(trial.evidence)?;
    let mut attempt = 1;
    loop {
        let report = Report { attempt, ..once(trial, machine().as_mut(), watcher)? };
        let flaky = attempt > 1 && report.verdict == Verdict::Passed;
        let report = Report { flaky, ..report }.symbolised(trial.spec.symbols.as_deref());
        evidence::write(trial.evidence, &report, trial.rerun)?;
        if !is_tried_again(&report) || attempt > trial.spec.retries {
            return Ok(report);
        }
        evidence::put_aside(trial.evidence, attempt)?;
        attempt += 1;
    }
}

fn once(
    trial: Trial<'_>,
    machine: &mut dyn Machine,
    watcher: &mut dyn Watcher,
) -> Result<Report, Problem> {
    match crate::run::once(trial.spec, machine, trial.evidence, watcher) {
        Err(problem) if problem.fault == Fault::Infrastructure => {
            Ok(Report::unstarted(&trial.spec.name, &problem))
        }
        other => other,
    }
}

fn is_tried_again(report: &Report) -> bool {
    report.verdict != Verdict::Passed && report.kind != "interrupted"
}
