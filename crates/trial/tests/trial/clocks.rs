//! Limits: which of them ends a run, and what it says then.

use std::time::{Duration, Instant};

use testkit::Script;
use trial::Accelerator;
use verdict::{Stage, Verdict};

use crate::world::tried;

const KERNEL: &str = "[    0.000000] Linux version 6.1.0\r\n";

#[test]
fn a_hang_names_the_stage_and_the_limit() {
    let tried = tried("pass: ok\nlimits: { total: 500ms }\n", Script::new().say(KERNEL));
    assert_eq!((tried.report.verdict, tried.report.kind.as_str()), (Verdict::Hung, "total"));
    assert_eq!(tried.report.stage, Some(Stage::Kernel));
    assert!(
        tried.report.reason.contains("500ms")
            && tried.report.reason.contains("stage kernel, after line 1")
    );
}

#[test]
fn silence_ends_a_run_long_before_its_total() {
    let begin = Instant::now();
    let rules = "pass: ok\nlimits: { total: 60s, silence: 300ms }\n";
    let tried = tried(rules, Script::new().say(KERNEL).wait(200).say("still here\r\n"));
    assert_eq!((tried.report.verdict, tried.report.kind.as_str()), (Verdict::Hung, "silence"));
    assert!(
        begin.elapsed() >= Duration::from_millis(500) && begin.elapsed() < Duration::from_secs(5)
    );
}

#[test]
fn a_step_has_a_limit_of_its_own() {
    let rules = "steps:\n  - expect: first\n  - expect: second\n    within: 300ms\n";
    let tried = tried(rules, Script::new().say("first\r\n"));
    assert_eq!((tried.report.verdict, tried.report.kind.as_str()), (Verdict::Hung, "step"));
    assert!(
        tried.report.reason.contains("step 2 (expect `second`, line 6 of the spec)"),
        "{}",
        tried.report.reason
    );
}

#[test]
fn limits_are_longer_under_tcg_and_the_report_says_so() {
    let rules = "pass: ok\nlimits: { total: 200ms, silence: { kvm: 1s, tcg: 5s } }\n";
    let tried = tried(rules, Script::new().under(Accelerator::Tcg));
    let scaled: Vec<_> = tried
        .report
        .scaled_limits
        .iter()
        .map(|scaled| (scaled.limit.as_str(), scaled.to_ms))
        .collect();
    assert_eq!(scaled, [("total", 600)]);
    assert!(tried.report.duration_ms >= 600);
}

#[test]
fn an_interruption_is_nobodys_fault_and_never_green() {
    let tried = tried(
        "pass: ok\nlimits: { drain: 10s }\n",
        Script::new().say("ok\r\n").wait(50).interrupt(),
    );
    assert_eq!(
        (tried.report.verdict, tried.report.kind.as_str()),
        (Verdict::Infrastructure, "interrupted")
    );
}

#[test]
fn a_crash_before_an_interruption_is_a_crash() {
    let panic = "Kernel panic - not syncing: no init\r\n";
    let tried = tried("pass: ok\n", Script::new().say(panic).interrupt());
    assert_eq!(tried.report.verdict, Verdict::Crashed);
}

#[test]
fn a_guest_that_floods_its_console_is_still_stopped_in_time() {
    let flood = (0..2000).fold(Script::new(), |script, _| script.say([b'x'; 32 << 10]));
    let begin = Instant::now();
    let tried = tried("pass: ok\nlimits: { total: 1s }\n", flood);
    assert_eq!(tried.report.verdict, Verdict::Hung);
    assert!(begin.elapsed() < Duration::from_secs(10));
}
