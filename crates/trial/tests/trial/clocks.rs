//! Limits: which of them ends a run, and what it says then.

use std::time::{Duration, Instant};

use testkit::Script;
use trial::{Accelerator, Event};
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
fn a_stage_has_a_limit_of_its_own_and_is_named() {
    let rules = "pass: ok\nlimits: { total: 60s, stages: { kernel: 10s, init: 300ms } }\n";
    let script = Script::new().say(KERNEL).wait(400).say("Run /init as init process\r\n");
    let tried = tried(rules, script);
    assert_eq!((tried.report.verdict, tried.report.kind.as_str()), (Verdict::Hung, "stage"));
    assert!(tried.report.reason.contains("300ms for stage init"), "{}", tried.report.reason);
}

#[test]
fn a_guest_that_says_nothing_is_in_its_firmware() {
    let rules = "pass: ok\nlimits: { total: 60s, stages: { firmware: 300ms } }\n";
    let tried = tried(rules, Script::new());
    assert_eq!((tried.report.verdict, tried.report.kind.as_str()), (Verdict::Hung, "stage"));
}

#[test]
fn a_stage_that_was_left_in_time_has_no_limit_any_more() {
    let rules = "pass: ok\nlimits: { stages: { kernel: 300ms }, drain: 100ms }\n";
    let script =
        Script::new().say(KERNEL).say("Run /init as init process\r\n").wait(600).say("ok\r\n");
    assert_eq!(tried(rules, script).report.verdict, Verdict::Passed);
}

#[test]
fn a_guest_that_begins_again_and_again_is_in_a_boot_loop() {
    let boot = "SeaBIOS (version 1.16)\r\n[    0.000000] Linux version 6.1.0\r\n";
    let begin = Instant::now();
    let tried = tried("pass: ok\nlimits: { total: 60s }\n", Script::new().say(boot.repeat(9)));
    assert_eq!((tried.report.verdict, tried.report.kind.as_str()), (Verdict::Crashed, "boot-loop"));
    assert_eq!((tried.report.boots, tried.report.lines.last().unwrap().number), (9, 9 * 2));
    assert!(begin.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_machine_that_is_reset_without_a_word_is_in_a_boot_loop() {
    let script = (0..4).fold(Script::new(), |script, _| script.event(Event::Reset));
    let tried = tried("pass: ok\nlimits: { total: 60s }\n", script);
    assert_eq!((tried.report.kind.as_str(), tried.report.boots), ("boot-loop", 5));
}

#[test]
fn boots_that_were_asked_for_are_no_loop() {
    let rules = "pass: ok\nlimits: { boots: 9, drain: 100ms }\n";
    let tried = tried(rules, Script::new().say(KERNEL.repeat(9)).say("ok\r\n"));
    assert_eq!((tried.report.verdict, tried.report.boots), (Verdict::Passed, 9));
}

#[test]
fn old_messages_that_somebody_shows_are_no_boots() {
    let shell = "Please press Enter to activate this console.\r\n";
    let script = Script::new().say(KERNEL).say(shell).say(KERNEL.repeat(9)).say("ok\r\n");
    let tried = tried("pass: ok\nlimits: { drain: 100ms }\n", script);
    assert_eq!((tried.report.verdict, tried.report.boots), (Verdict::Passed, 1));
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
