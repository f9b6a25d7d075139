//! Test results that the guest prints.

use testkit::Script;
use verdict::Verdict;

use crate::world::{Tried, tried};

const PASS: &str = "pass: done\nlimits: { total: 500ms, drain: 10ms }\n";

/// Tries a guest that prints these lines, and then that it is done.
fn printed(rules: &str, lines: &str) -> Tried {
    let lines = lines.replace('\n', "\r\n");
    tried(&format!("{PASS}{rules}"), Script::new().say(format!("{lines}done\r\n")).power_off())
}

fn came_out(tried: &Tried) -> (Verdict, &str, &str) {
    (tried.report.verdict, tried.report.kind.as_str(), tried.report.title.as_str())
}

const FAILS: &str =
    "TAP version 13\n1..3\nok 1 - a\n# got 3\nnot ok 2 - b (known)\nok 3 - c # SKIP\n";

#[test]
fn a_test_that_is_not_ok_is_never_green() {
    let tried = printed("", FAILS);
    assert_eq!(came_out(&tried), (Verdict::Failed, "case", "not ok: b (known)"));
    assert_eq!(tried.report.reason, "1 of 3 cases failed, the first on line 5");
    assert_eq!(tried.report.lines.len(), 7, "with what came before it and after it");
    assert_eq!(tried.report.case_line().as_deref(), Some("1 of 3 cases failed"));
    let junit = tried.file("junit.xml");
    assert!(junit.contains("name=\"b (known)\"") && junit.contains("tests=\"4\""), "{junit}");
    assert_eq!(junit.matches("<failure").count(), 2, "the case and the verdict: {junit}");
}

#[test]
fn what_is_allowed_or_switched_off_does_not_fail() {
    let allowed = printed("allow: known\n", FAILS);
    assert_eq!(came_out(&allowed), (Verdict::Passed, "signs", "passed"));
    assert!(allowed.file("junit.xml").contains("failed, which is allowed"));
    let off = printed("results: off\n", FAILS);
    assert_eq!((off.report.verdict, off.report.cases.len()), (Verdict::Passed, 0));
}

#[test]
fn results_that_are_not_complete_are_not_green() {
    let cut = printed("", "KTAP version 1\n1..3\nok 1 a\nok 2 b\n");
    assert_eq!(came_out(&cut), (Verdict::Incomplete, "case", "the plan says 3 and 2 came"));
    let bailed = printed("", "1..3\nok 1 a\nBail out! no disk\n");
    assert_eq!(came_out(&bailed), (Verdict::Failed, "case", "bail out: no disk"));
}

#[test]
fn results_that_are_required_have_to_come() {
    let none = printed("results: required\n", "1..2\n");
    assert_eq!(came_out(&none), (Verdict::Incomplete, "case", "no results of tests ever came"));
    assert_eq!(printed("", "1..2\n").report.verdict, Verdict::Passed);
    let some = printed("results: required\n", "1..2\nok 1\nok 2\n");
    assert_eq!(some.report.verdict, Verdict::Passed);
}

#[test]
fn a_crash_says_more_than_a_test_that_failed() {
    let tried = printed("", &format!("{FAILS}Kernel panic - not syncing: x\n"));
    assert_eq!(tried.report.verdict, Verdict::Crashed);
    assert_eq!(tried.report.cases.len(), 3);
}
