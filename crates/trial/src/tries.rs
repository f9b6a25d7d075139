//! A trial: a run, and where the spec asks for more of them all the others, with nothing hidden.

use std::path::Path;

use spec::{Member, Spec, StopWhen};
use verdict::Verdict;

use crate::{
    Fault, Machine, Problem, Quarantined, Report, Try, Watcher, evidence, group, standing,
};

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
/// The report is that of the try that decided, with what became of all the others. Its evidence is in the folder, and
/// that of each other try in a folder of its own.
///
/// # Errors
/// The user's mistakes, and evidence that cannot be written; everything else is a verdict.
pub fn run(
    trial: Trial<'_>,
    machine: &mut dyn FnMut() -> Box<dyn Machine>,
    watcher: &mut dyn Watcher,
) -> Result<Report, Problem> {
    let mut each = |spec: &Spec| once(spec, trial.evidence, machine().as_mut(), watcher);
    tried(trial, &mut each)
}

/// Runs a trial of several machines, which are new for each try.
///
/// # Errors
/// As for one machine, or the machines cannot be made.
pub fn run_group(
    trial: Trial<'_>,
    members: &[Member],
    machines: &mut dyn FnMut() -> Result<Vec<Box<dyn Machine + Send>>, Problem>,
    watcher: &mut dyn Watcher,
) -> Result<Report, Problem> {
    let place = (trial.evidence, trial.rerun);
    tried(trial, &mut |spec| group::once(spec, members, machines()?, place, watcher))
}

fn tried(
    trial: Trial<'_>,
    each: &mut dyn FnMut(&Spec) -> Result<Report, Problem>,
) -> Result<Report, Problem> {
    let (spec, notes) = standing::today(trial.spec)?;
    evidence::clear(trial.evidence)?;
    let mut reports = Vec::new();
    while goes_on(&spec, &reports) {
        if let Some(last) = reports.last() {
            put_aside(trial, last)?;
        }
        let report = each(&spec)?;
        let mut report = report.symbolised(spec.symbols.as_deref());
        report.attempt = u32::try_from(reports.len() + 1).unwrap_or(u32::MAX);
        report.notes.extend(notes.iter().cloned());
        reports.push(report);
    }
    let report = decisive(&spec, &reports);
    if let Some(last) = reports.last().filter(|last| last.attempt != report.attempt) {
        put_aside(trial, last)?;
        evidence::bring_back(trial.evidence, report)?;
    }
    let report = summed_up(&spec, report, &reports);
    evidence::write(trial.evidence, &report, trial.rerun)?;
    Ok(report)
}

/// Writes the evidence of a try that another one follows, or that did not decide, in a folder of its own.
fn put_aside(trial: Trial<'_>, report: &Report) -> Result<(), Problem> {
    evidence::write(trial.evidence, report, trial.rerun)?;
    evidence::put_aside(trial.evidence, report)
}

pub(crate) fn once(
    spec: &Spec,
    folder: &Path,
    machine: &mut dyn Machine,
    watcher: &mut dyn Watcher,
) -> Result<Report, Problem> {
    match crate::run::once(spec, machine, folder, watcher) {
        Err(problem) if problem.fault == Fault::Infrastructure => {
            Ok(Report::unstarted(&spec.name, &problem))
        }
        other => other,
    }
}

/// Whether there is to be another try after these.
fn goes_on(spec: &Spec, reports: &[Report]) -> bool {
    let Some(last) = reports.last() else { return true };
    let passed = last.verdict == Verdict::Passed;
    let all = u64::from(spec.repeat.max(spec.retries + 1));
    let over = match spec.repeat {
        1 => passed,
        _ => !passed && spec.stop_when == StopWhen::FirstFailure,
    };
    !over && last.kind != "interrupted" && (reports.len() as u64) < all
}

/// The first of the worst; but where a retry passed, that.
fn decisive<'a>(spec: &Spec, reports: &'a [Report]) -> &'a Report {
    let last = &reports[reports.len() - 1];
    if spec.repeat == 1 && last.verdict == Verdict::Passed {
        return last;
    }
    reports.iter().min_by_key(|report| rank(report.verdict)).unwrap_or(last)
}

/// The worst comes first. What was not the guest's fault proves nothing about it, and is never green.
pub(crate) fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Crashed => 0,
        Verdict::Failed => 1,
        Verdict::Hung => 2,
        Verdict::Incomplete => 3,
        Verdict::Infrastructure => 4,
        Verdict::Passed => 5,
    }
}

/// The report of the try that decided, with what became of all.
fn summed_up(spec: &Spec, report: &Report, reports: &[Report]) -> Report {
    let passed = |report: &&Report| report.verdict == Verdict::Passed;
    let passes = reports.iter().filter(passed).count();
    let counts = report.exit_code() == 1;
    let quarantine = spec.quarantine.as_ref().filter(|_| counts);
    Report {
        flaky: passes > 0 && passes < reports.len(),
        repeat: spec.repeat,
        retries: spec.retries,
        tries: reports.iter().map(|it| Try::of(it, report.attempt)).collect(),
        quarantine: quarantine.map(Quarantined::from),
        ..report.clone()
    }
}
