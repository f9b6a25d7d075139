//! Thirteen wrong verdicts that other tools gave, each as it was reported. None may be given here.

use std::time::{Duration, Instant};

use testkit::Script;
use verdict::Verdict;

use crate::world::tried;

const PASS: &str = "pass: \"^ALL TESTS PASSED$\"\nlimits: { total: 3s, drain: 300ms }\n";
const SIGN: &str = "ALL TESTS PASSED\r\n";
const PANIC: &str = "[    2.000000] Kernel panic - not syncing: Fatal exception\r\n";

#[test]
fn kernel_panic_shown_as_pass() {
    let before = tried(PASS, Script::new().say(PANIC).say(SIGN).power_off());
    let after = tried(PASS, Script::new().say(SIGN).wait(100).say(PANIC));
    assert_eq!((before.report.verdict, after.report.verdict), (Verdict::Crashed, Verdict::Crashed));
}

#[test]
fn panic_path_powers_off_cleanly_with_status_0() {
    let tried = tried(
        PASS,
        Script::new().say("panicked at kernel/src/main.rs:10:5:\r\nboom\r\n").power_off(),
    );
    assert_eq!(tried.report.verdict, Verdict::Crashed);
}

#[test]
fn panic_before_test_mode_is_known_waits_the_whole_limit() {
    let begin = Instant::now();
    let rules =
        "steps:\n  - expect: \"entering test mode\"\npass: \"^ok$\"\nlimits: { total: 30s }\n";
    let tried = tried(rules, Script::new().say(PANIC));
    assert_eq!(tried.report.verdict, Verdict::Crashed);
    assert!(begin.elapsed() < Duration::from_secs(5), "it waited on");
}

#[test]
fn qemu_ended_with_0_and_no_marker_is_pass() {
    let tried = tried(PASS, Script::new().say("booting\r\n").power_off());
    assert_eq!(tried.report.verdict, Verdict::Incomplete);
    assert!(tried.report.reason.contains("ALL TESTS PASSED"), "{}", tried.report.reason);
}

#[test]
fn qemu_exits_0_even_when_it_fails_to_run() {
    let tried = tried(PASS, Script::new().power_off());
    assert_eq!(tried.report.verdict, Verdict::Incomplete);
}

#[test]
fn no_reboot_hid_a_panic() {
    let tried =
        tried(PASS, Script::new().say("[    1.000000] Run /init as init process\r\n").power_off());
    assert_eq!(tried.report.verdict, Verdict::Incomplete);
    assert_eq!(tried.report.stage, Some(verdict::Stage::Init));
}

#[test]
fn success_text_echoed_by_the_shell_itself() {
    let rules = "steps:\n  - prompt: \"~ # $\"\n  - send: \"echo guest test pass!\\n\"\npass: \"guest test pass!\"\n\
                 limits: { total: 2s, drain: 100ms }\n";
    let shell = || Script::new().say("~ # ").wait(200);
    let dead = tried(rules, shell().answer(|_| "sh: cannot fork\r\n~ # ".into()));
    let alive = tried(rules, shell().answer(|_| "guest test pass!\r\n~ # ".into()));
    assert_eq!((dead.report.verdict, alive.report.verdict), (Verdict::Hung, Verdict::Passed));
}

#[test]
fn marker_then_exit_read_as_failure() {
    for _ in 0..50 {
        let tried = tried(PASS, Script::new().say("ALL TESTS PAS").say("SED\r\n").power_off());
        assert_eq!(tried.report.verdict, Verdict::Passed);
    }
}

#[test]
fn the_last_line_needs_no_line_feed_when_the_machine_ends() {
    let tried = tried(PASS, Script::new().say("ALL TESTS PASSED").power_off());
    assert_eq!(tried.report.verdict, Verdict::Passed);
}

#[test]
fn emergency_shell_for_5_min_then_reboot_then_pass() {
    let emergency =
        "You are in emergency mode. After logging in, type \"journalctl -xb\" to view\r\n";
    let tried =
        tried(PASS, Script::new().say(emergency).event(trial::Event::Reset).say(SIGN).power_off());
    assert_eq!((tried.report.verdict, tried.report.kind.as_str()), (Verdict::Crashed, "emergency"));
}

#[test]
fn timeout_though_the_success_line_is_in_the_log() {
    let rules = "pass: \"^ALL TESTS PASSED$\"\nlimits: { total: 1s, drain: 10s }\n";
    let tried = tried(rules, Script::new().say(SIGN));
    assert_eq!(tried.report.verdict, Verdict::Passed);
}

#[test]
fn only_the_last_console_line_looked_at() {
    let late = "[   12.000000] random: crng init done\r\n".repeat(500);
    let tried = tried(PASS, Script::new().say(SIGN).say(late).power_off());
    assert_eq!(tried.report.verdict, Verdict::Passed);
}

#[test]
fn serial_input_lost_characters_so_the_test_never_ran() {
    let rules = "steps:\n  - prompt: \"# $\"\n  - run: run-all-the-tests\nlimits: { total: 20s, drain: 100ms }\n";
    let shell = || {
        Script::new().say("# ").wait(100).answer(|line| match line.split_once("; echo ") {
            Some(("run-all-the-tests", marker)) => format!("{}\r\n# ", marker.replace("$?", "0")),
            _ => "sh: not found\r\n# ".into(),
        })
    };
    let retyped = tried(rules, shell().lose([4]));
    assert_eq!(retyped.report.verdict, Verdict::Passed, "{}", retyped.report.reason);
    let lost = tried(rules, shell().lose((0..4000).step_by(7)));
    assert_eq!(
        (lost.report.verdict, lost.report.kind.as_str()),
        (Verdict::Infrastructure, "typing")
    );
}

#[test]
fn all_tests_passed_but_the_runner_crashed() {
    let tried = tried(PASS, Script::new().say(SIGN).die("QEMU was killed by signal 11"));
    assert_eq!(
        (tried.report.verdict, tried.report.kind.as_str()),
        (Verdict::Infrastructure, "machine")
    );
    assert!(tried.report.reason.contains("signal 11"));
}

#[test]
fn a_half_received_line_is_no_sign() {
    let rules =
        "pass: \"test pass\"\nfail: [\"passed 0 of\"]\nlimits: { total: 3s, drain: 100ms }\n";
    let tried =
        tried(rules, Script::new().say("test pass").wait(400).say("ed 0 of 9\r\n").power_off());
    assert_eq!(tried.report.verdict, Verdict::Failed);
}

#[test]
fn a_panic_that_only_the_panic_device_saw_is_a_crash() {
    let tried = tried(PASS, Script::new().say(SIGN).event(trial::Event::Panicked));
    assert_eq!((tried.report.verdict, tried.report.kind.as_str()), (Verdict::Crashed, "panic"));
}

#[test]
fn success_printed_and_then_the_process_failed() {
    let script = || Script::new().say(SIGN).wait(50);
    let failed = tried(PASS, script().exit_failed("the command exited with status 2")).report;
    assert_eq!((failed.verdict, failed.kind.as_str()), (Verdict::Failed, "exit"));
    assert_eq!(failed.reason, "the command exited with status 2");
    let panicked = tried(PASS, script().say(PANIC).exit_failed("the command exited with status 2"));
    assert_eq!(panicked.report.verdict, Verdict::Crashed);
}

#[test]
fn a_process_that_fails_before_its_sign_says_both() {
    let failed = tried(PASS, Script::new().exit_failed("the command exited with status 2")).report;
    assert_eq!(failed.verdict, Verdict::Failed);
    let reason = "the command exited with status 2, and the sign `^ALL TESTS PASSED$` never came";
    assert_eq!(failed.reason, reason);
}
