//! Steps: in order, typed with care, and failing by the guest's own word.

use testkit::Script;
use verdict::Verdict;

use crate::world::tried;

#[test]
fn expectations_are_met_in_order_and_on_different_lines() {
    let rules = "steps:\n  - expect: one\n  - expect: two\nlimits: { total: 500ms, drain: 50ms }\n";
    let verdict = |text: &str| tried(rules, Script::new().say(text)).report.verdict;
    assert_eq!(verdict("one\r\ntwo\r\n"), Verdict::Passed);
    assert_eq!(verdict("two\r\none\r\n"), Verdict::Hung);
    assert_eq!(verdict("one two\r\n"), Verdict::Hung);
}

#[test]
fn signs_in_order_must_come_in_order() {
    let rules = "pass: { in-order: [first, second] }\nlimits: { total: 500ms, drain: 50ms }\n";
    let verdict = |text: &str| tried(rules, Script::new().say(text)).report.verdict;
    assert_eq!(verdict("first\r\nsecond\r\n"), Verdict::Passed);
    assert_eq!(verdict("second\r\nfirst\r\n"), Verdict::Hung);
}

#[test]
fn a_command_that_exits_with_1_fails_the_run() {
    let rules = "steps:\n  - run: \"false\"\nlimits: { total: 5s }\n";
    let shell = Script::new().answer(|line| {
        let (_, marker) = line.split_once("; echo ").unwrap_or_default();
        format!("{}\r\n", marker.replace("$?", "1"))
    });
    let tried = tried(rules, shell);
    assert_eq!((tried.report.verdict, tried.report.kind.as_str()), (Verdict::Failed, "step"));
    assert!(
        tried.report.reason.contains("run `false`") && tried.report.reason.contains("status 1")
    );
}

#[test]
fn a_login_is_typed_at_its_prompts() {
    let rules = "steps:\n  - expect: \"login: $\"\n  - send: \"root\\n\"\n  - expect: \"Password: $\"\n  \
                 - send: \"x\\n\"\npass: \"^Welcome$\"\nlimits: { total: 5s, drain: 50ms }\n";
    let getty = Script::new().say("guest login: ").answer(|line| match line {
        "root" => "Password: ".into(),
        "x" => "Welcome\r\n".into(),
        _ => "Login incorrect\r\n".into(),
    });
    let tried = tried(rules, getty);
    assert_eq!(tried.report.verdict, Verdict::Passed, "{}", tried.report.reason);
    assert!(tried.report.steps.iter().all(|step| step.ended_ms.is_some()));
}

#[test]
fn a_prompt_behind_which_the_kernel_prints_is_one() {
    let rules = "steps:\n  - prompt: \"~ # $\"\n  - send: \"x\\n\"\n  - prompt: \"~ # $\"\npass: \"^got x$\"\n\
                 limits: { total: 5s, drain: 50ms }\n";
    let shell = Script::new()
        .say("~ # [    2.377370] tsc: Refined TSC\r\n[    2.378164] clocksource: tsc\r\n")
        .answer(|_| "got x\r\n~ # [    3.000000] random: crng init done\r\n".into());
    let tried = tried(rules, shell);
    assert_eq!(tried.report.verdict, Verdict::Passed, "{}", tried.report.reason);
    let steps = &tried.report.steps;
    assert!(steps[1].ended_ms <= steps[2].ended_ms && steps[2].ended_ms.is_some());
}

#[test]
fn a_fail_rule_beats_a_pass_and_allow_silences_it() {
    let rules = "pass: done\nfail: [\"not ok\"]\nlimits: { total: 2s, drain: 50ms }\n";
    let console = || Script::new().say("not ok 3 - flaky\r\ndone\r\n").power_off();
    assert_eq!(tried(rules, console()).report.verdict, Verdict::Failed);
    assert_eq!(
        tried(&format!("{rules}allow: [\"not ok 3\"]\n"), console()).report.verdict,
        Verdict::Passed
    );
}

#[test]
fn a_suspicious_line_that_nobody_allowed_is_a_crash_at_the_end() {
    let warning = "[    1.000000] WARNING: CPU: 0 PID: 1 at kernel/a.c:7 f+0x1/0x2\r\n";
    let rules = "pass: done\nlimits: { total: 2s, drain: 50ms }\n";
    let console = || Script::new().say(warning).say("done\r\n").power_off();
    let suspicious = tried(rules, console()).report;
    assert_eq!((suspicious.verdict, suspicious.kind.as_str()), (Verdict::Crashed, "warning"));
    assert_eq!(
        tried(&format!("{rules}allow: \"kernel/a.c\"\n"), console()).report.verdict,
        Verdict::Passed
    );
}

#[test]
fn one_of_several_signs_is_enough_and_none_is_named_as_missing() {
    let rules = "pass: { any-of: [\"^a is done$\", \"^b is done$\"] }\nlimits: { drain: 100ms }\n";
    let one = tried(rules, Script::new().say("b is done\r\n").power_off());
    assert_eq!((one.report.verdict, one.report.lines.len()), (Verdict::Passed, 1));
    let none = tried(rules, Script::new().say("nothing is done\r\n").power_off());
    assert_eq!(none.report.verdict, Verdict::Incomplete);
    assert!(
        none.report.reason.contains("one of the signs `^a is done$`, `^b is done$` never came"),
        "{}",
        none.report.reason
    );
}
