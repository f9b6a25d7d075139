//! One report of several machines: that of the one that decided, with what became of all.

use std::path::Path;
use std::{fs, io};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::{Member, Spec};
use verdict::{Case, Verdict};

use crate::recorder::evidence_problem;
use crate::run::BYSTANDER;
use crate::{Problem, Report, StepReport, evidence, tries};

/// What became of one machine of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MachineReport {
    /// Its name in the spec.
    pub name: String,
    /// What became of its guest; `infrastructure` of the kind `group` where it was only ended with another.
    pub verdict: Verdict,
    /// What kind of fault, limit or ending decided.
    pub kind: String,
    /// One line that is the same for the same fault.
    pub title: String,
    /// From the start of the machine to the verdict, in milliseconds.
    pub duration_ms: u64,
    /// The folder of its evidence, relative to this document's.
    pub evidence: String,
}

impl MachineReport {
    fn of(member: &Member, report: &Report) -> MachineReport {
        MachineReport {
            name: member.name.clone(),
            verdict: report.verdict,
            kind: report.kind.clone(),
            title: report.title.clone(),
            duration_ms: report.duration_ms,
            evidence: evidence::place_of_machine(&member.name),
        }
    }

    /// Whether it is only here because another machine ended the run.
    pub fn is_bystander(&self) -> bool {
        self.kind == BYSTANDER
    }
}

/// The report of the group, whose machines have these. What the one that decided has recorded is put into `folder`.
pub(super) fn up(
    spec: &Spec,
    members: &[Member],
    reports: &[Report],
    folder: &Path,
) -> Result<Report, Problem> {
    let both = || members.iter().zip(reports);
    let rank = |report: &Report| (tries::rank(report.verdict), report.kind == BYSTANDER);
    let Some((member, worst)) = both().min_by_key(|(_, report)| rank(report)) else {
        return Err(Problem::user("a group without machines proves nothing"));
    };
    let recorded = evidence::of_machine(folder, &member.name);
    bring_up(&recorded, folder).map_err(|error| evidence_problem(folder, &error))?;
    let (title, reason) = match worst.verdict {
        Verdict::Passed => {
            let all = format!("all {} machines passed", members.len());
            (all.clone(), all)
        }
        _ => (named(member, &worst.title), named(member, &worst.reason)),
    };
    let notes = both().flat_map(|(member, report)| report.notes.iter().map(|it| named(member, it)));
    let cases = both().flat_map(|(member, report)| report.cases.iter().map(|it| case(member, it)));
    let place =
        |member: &Member, it: &String| format!("{}/{it}", evidence::place_of_machine(&member.name));
    let files = both()
        .flat_map(|(member, report)| report.collected.iter().map(move |it| place(member, it)));
    Ok(Report {
        name: spec.name.clone(),
        title,
        reason,
        steps: steps(members, reports),
        notes: notes.collect(),
        cases: cases.collect(),
        cases_left_out: reports.iter().map(|report| report.cases_left_out).sum(),
        collected: files.collect(),
        duration_ms: reports.iter().map(|report| report.duration_ms).max().unwrap_or_default(),
        time_to_sign_ms: reports.iter().filter_map(|report| report.time_to_sign_ms).max(),
        machines: both().map(|(member, report)| MachineReport::of(member, report)).collect(),
        ..worst.clone()
    })
}

fn named(member: &Member, text: &str) -> String {
    format!("{}: {text}", member.name)
}

fn case(member: &Member, case: &Case) -> Case {
    Case { name: format!("{}/{}", member.name, case.name), ..case.clone() }
}

/// The steps of all in the order of the file.
fn steps(members: &[Member], reports: &[Report]) -> Vec<StepReport> {
    let mut all: Vec<(usize, StepReport)> = Vec::new();
    for (member, report) in members.iter().zip(reports) {
        for (turn, step) in member.turns.iter().zip(&report.steps) {
            all.push((*turn, StepReport { what: named(member, &step.what), ..step.clone() }));
        }
    }
    all.sort_by_key(|(turn, _)| *turn);
    all.into_iter().map(|(_, step)| step).collect()
}

/// Puts the recording where people look first; a second name costs no room.
fn bring_up(from: &Path, to: &Path) -> io::Result<()> {
    for name in evidence::RECORDED.iter().filter(|name| from.join(name).is_file()) {
        let (from, to) = (from.join(name), to.join(name));
        fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop))?;
    }
    Ok(())
}
