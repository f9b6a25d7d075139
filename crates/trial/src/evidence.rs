//! The folder that a run leaves.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use verdict::Verdict;

use crate::recorder::evidence_problem;
use crate::{Problem, Report, StepReport, page};

/// Everything that a run can leave in its folder.
pub(crate) const FILES: &[&str] = &[
    "report.html",
    "verdict.json",
    "console.log",
    "console.cast",
    "junit.xml",
    "reproduce.sh",
    "registers.txt",
    "screen.ppm",
];

/// Writes all but the recording, which is there already.
pub(crate) fn write(folder: &Path, report: &Report, rerun: &str) -> Result<(), Problem> {
    let all = || -> io::Result<()> {
        let json = serde_json::to_string_pretty(report).map_err(io::Error::other)?;
        fs::create_dir_all(folder)?;
        fs::write(folder.join("verdict.json"), json + "\n")?;
        fs::write(folder.join("junit.xml"), junit(report).to_string().map_err(io::Error::other)?)?;
        fs::write(folder.join("reproduce.sh"), reproduce(report, rerun))?;
        page::write(folder, report, rerun)
    };
    all().map_err(|error| evidence_problem(folder, &error))
}

/// Puts the evidence of a try that did not pass aside, before the next one.
pub(crate) fn put_aside(folder: &Path, attempt: u32) -> Result<(), Problem> {
    let aside = folder.join(format!("try-{attempt}"));
    let all = || -> io::Result<()> {
        fs::create_dir_all(&aside)?;
        for name in FILES.iter().filter(|name| folder.join(name).exists()) {
            fs::rename(folder.join(name), aside.join(name))?;
        }
        Ok(())
    };
    all().map_err(|error| evidence_problem(folder, &error))
}

/// Removes what an earlier run left, so that nothing of it is taken for this one's.
pub(crate) fn clear(folder: &Path) -> Result<(), Problem> {
    let old = FILES.iter().map(|name| folder.join(name)).filter(|path| path.exists());
    let tries =
        (1..=10).map(|attempt| folder.join(format!("try-{attempt}"))).filter(|path| path.exists());
    let removed =
        old.map(fs::remove_file).chain(tries.map(fs::remove_dir_all)).collect::<io::Result<()>>();
    removed.map_err(|error| evidence_problem(folder, &error))
}

fn junit(report: &Report) -> Junit {
    let mut suite = TestSuite::new(&report.name);
    suite.add_test_cases(report.steps.iter().map(step_case));
    suite.add_test_case(verdict_case(report));
    let mut junit = Junit::new("bootgate");
    junit.set_time(Duration::from_millis(report.duration_ms)).add_test_suite(suite);
    junit
}

fn step_case(step: &StepReport) -> TestCase {
    let status = match (step.began_ms, step.ended_ms) {
        (Some(_), Some(_)) => TestCaseStatus::success(),
        (Some(_), None) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        (None, _) => TestCaseStatus::skipped(),
    };
    let mut case = TestCase::new(&step.what, status);
    if let (Some(began), Some(ended)) = (step.began_ms, step.ended_ms) {
        case.set_time(Duration::from_millis(ended.saturating_sub(began)));
    }
    case
}

fn verdict_case(report: &Report) -> TestCase {
    let mut status = match report.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Infrastructure => TestCaseStatus::non_success(NonSuccessKind::Error),
        _ => TestCaseStatus::non_success(NonSuccessKind::Failure),
    };
    if report.verdict != Verdict::Passed {
        let lines: Vec<&str> = report.lines.iter().map(|line| line.text.as_str()).collect();
        status
            .set_type(report.kind.as_str())
            .set_message(report.title.as_str())
            .set_description(lines.join("\n"));
    }
    let mut case = TestCase::new("verdict", status);
    case.set_time(Duration::from_millis(report.duration_ms));
    case
}

fn reproduce(report: &Report, rerun: &str) -> String {
    let command = shlex::try_join(report.command.iter().map(String::as_str)).unwrap_or_default();
    let guest = if command.is_empty() {
        "# The machine was not started.".into()
    } else {
        format!("exec {command}")
    };
    format!(
        "#!/bin/sh\n# The whole test, with its verdict:\n#   {rerun}\n# The guest alone, on this terminal:\n{guest}\n"
    )
}
