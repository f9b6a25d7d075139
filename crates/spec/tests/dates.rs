//! What holds only until a day.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::path::Path;

use spec::{Allow, Pattern, Spec, StopWhen};

fn parse(rest: &str) -> Spec {
    let text = format!("machine: {{ qemu: {{ arch: x86_64, kernel: k }} }}\npass: x\n{rest}");
    spec::parse(&text, Path::new("a.yaml")).unwrap()
}

#[test]
fn an_allowed_line_may_have_an_end_and_a_reason() {
    let plain = Allow::from(Pattern::new("a").unwrap());
    let dated = Allow {
        pattern: Pattern::new("b").unwrap(),
        until: Some("2026-12-31".parse().unwrap()),
        reason: Some("known".into()),
    };
    let text = "{ pattern: b, until: 2026-12-31, reason: known }";
    assert_eq!(parse(&format!("allow: [a, {text}]\n")).allow, [plain.clone(), dated.clone()]);
    assert_eq!(parse(&format!("allow: {text}\n")).allow, [dated]);
    assert_eq!(parse("allow: a\n").allow, [plain]);
}

#[test]
fn a_quarantine_holds_through_its_last_day_and_90_days_at_most() {
    let spec = parse("quarantine: { owner: \"@me\", until: 2026-12-31, reason: flaky disk }\n");
    let quarantine = spec.quarantine.unwrap();
    let holds = |day: &str| quarantine.holds(day.parse().unwrap());
    assert_eq!((holds("2026-12-31").unwrap(), holds("2027-01-01").unwrap()), (true, false));
    assert!(holds("2026-10-02").unwrap(), "that is 90 days before");
    let error = holds("2026-10-01").unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.hint()),
        (
            "a.yaml:3:36: a quarantine until `2026-12-31` is longer than 90 days",
            Some("the last day today is `2026-12-30`")
        )
    );
}

#[test]
fn repetitions_may_end_at_the_first_failure() {
    let spec = parse("repeat: 20\nstop-when: first-failure\n");
    assert_eq!((spec.repeat, spec.stop_when), (20, StopWhen::FirstFailure));
    assert_eq!(parse("retry: 3\n").retries, 3);
}
