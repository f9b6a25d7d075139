//! A report as JUnit knows it: passed, flaky, failed after retries, quarantined and infrastructure are told apart.

use std::time::Duration;

use quick_junit::{
    NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestRerun, TestSuite,
};
use verdict::{Case, Outcome, Verdict};

use crate::{MachineReport, Report, StepReport, Try};

/// The document for `report`.
pub(crate) fn junit(report: &Report) -> Junit {
    let mut suite = TestSuite::new(&report.name);
    suite.add_test_cases(report.steps.iter().map(step_case));
    suite.add_test_cases(report.machines.iter().map(|it| machine_case(report, it)));
    suite.add_test_cases(report.cases.iter().map(|case| guests_case(report, case)));
    match report.repeat {
        1 => suite.add_test_case(verdict_case(report)),
        _ => suite.add_test_cases(report.tries.iter().map(|it| try_case(report, it))),
    };
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
    if let Some(found) = &step.found {
        case.set_system_out(found.as_str());
    }
    case
}

/// One machine of several.
fn machine_case(report: &Report, it: &MachineReport) -> TestCase {
    let status = match it.is_bystander() {
        true => told(TestCaseStatus::skipped(), &it.kind, &it.title),
        false => status(report, it.verdict, &it.kind, &it.title),
    };
    let mut case = TestCase::new(format!("machine {}", it.name), status);
    case.set_time(Duration::from_millis(it.duration_ms));
    case
}

/// A test of the guest's own.
fn guests_case(report: &Report, case: &Case) -> TestCase {
    let why = match case.outcome {
        Outcome::Ok => None,
        Outcome::NotOk => report.quarantine_line(),
        Outcome::Skipped => Some("skipped".into()),
        Outcome::Todo => Some("not expected to pass".into()),
        Outcome::Allowed => Some("failed, which is allowed".into()),
    };
    let status = match (case.outcome, why) {
        (Outcome::Ok, _) => TestCaseStatus::success(),
        (_, Some(why)) => told(TestCaseStatus::skipped(), "case", &why),
        (_, None) => {
            let failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
            told(failure, "case", &format!("not ok on line {}", case.line))
        }
    };
    TestCase::new(&case.name, status)
}

/// The verdict, with the tries that did not decide beside it.
fn verdict_case(report: &Report) -> TestCase {
    let mut status = status(report, report.verdict, &report.kind, &report.title);
    if report.verdict != Verdict::Passed {
        let lines: Vec<&str> = report.lines.iter().map(|line| line.text.as_str()).collect();
        status.set_description(lines.join("\n"));
    }
    let others = report.tries.iter().filter(|it| it.number != report.attempt);
    status.add_reruns(others.filter_map(rerun));
    let mut case = TestCase::new("verdict", status);
    case.set_time(Duration::from_millis(report.duration_ms));
    case
}

/// One of many repetitions.
fn try_case(report: &Report, it: &Try) -> TestCase {
    let status = status(report, it.verdict, &it.kind, &it.title);
    let mut case = TestCase::new(format!("try {}", it.number), status);
    case.set_time(Duration::from_millis(it.duration_ms));
    case
}

fn status(report: &Report, verdict: Verdict, kind: &str, title: &str) -> TestCaseStatus {
    match (failure(verdict), report.quarantine_line()) {
        (None, _) => TestCaseStatus::success(),
        (Some(NonSuccessKind::Failure), Some(quarantine)) => {
            let message = format!("{quarantine}: {verdict}: {title}");
            told(TestCaseStatus::skipped(), kind, &message)
        }
        (Some(failure), _) => told(TestCaseStatus::non_success(failure), kind, title),
    }
}

fn told(mut status: TestCaseStatus, kind: &str, message: &str) -> TestCaseStatus {
    status.set_type(kind).set_message(message);
    status
}

fn failure(verdict: Verdict) -> Option<NonSuccessKind> {
    match verdict {
        Verdict::Passed => None,
        Verdict::Infrastructure => Some(NonSuccessKind::Error),
        _ => Some(NonSuccessKind::Failure),
    }
}

fn rerun(it: &Try) -> Option<TestRerun> {
    let mut rerun = TestRerun::new(failure(it.verdict)?);
    rerun
        .set_type(it.kind.as_str())
        .set_message(it.title.as_str())
        .set_time(Duration::from_millis(it.duration_ms));
    Some(rerun)
}
