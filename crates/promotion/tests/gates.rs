//! Gates in a policy, and what a decision makes of them.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use fetch::Digest;
use promotion::{
    Asked, Evidence, Facts, GateKind, Immutable, Outcome, Platform, Policy, Signature, Signer,
    Target, Waiver, decide,
};
use proptest::prelude::*;

const IMAGE: &str = "ghcr.io/me/os";

fn parse(gates: &str) -> Result<Policy, problem::Problem> {
    let text = format!(
        "image: {IMAGE}\nchannels:\n  next: {{}}\n  stable:\n    from: next\n    signed-by: [ci.pub]\n    gates: {{ {gates} }}\n"
    );
    Policy::parse(&text, Path::new("p.yaml"))
}

#[test]
fn a_gate_is_a_command_or_an_approval() {
    let policy = parse("soak: { command: ./soak.sh, limit: 1h, env: [LAB] }, people: { approval: { environment: live } }").unwrap();
    let (channel, soak) = policy.gate("soak").unwrap();
    assert_eq!(
        (channel.name.as_str(), channel.gates.len(), channel.require.len()),
        ("stable", 2, 0)
    );
    let GateKind::Command(command) = &soak.kind else { panic!("{soak:?}") };
    assert_eq!(
        (command.run.as_str(), command.limit),
        ("./soak.sh", Some(Duration::from_secs(3600)))
    );
    assert_eq!(command.env, ["LAB"]);
    let GateKind::Approval(approval) = &policy.gate("people").unwrap().1.kind else { panic!() };
    assert_eq!(approval.environment, "live");
    let problem = policy.gate("soka").unwrap_err();
    assert_eq!(problem.message, "no channel of the policy has the gate `soka`");
    assert_eq!(problem.hint.unwrap(), "did you mean `soak`?");
}

#[test]
fn mistakes_in_a_gate_are_found() {
    for (gate, expected) in [
        ("soak: {}", "gate `soak` does not say who is asked"),
        ("soak: { command: a, approval: { environment: b } }", "does not say who is asked"),
        ("soak: { command: ' ' }", "`command` runs nothing"),
        ("soak: { command: a, limit: long }", "`long` is not a duration"),
        (
            "soak: { command: a, env: [COSIGN_PASSWORD] }",
            "`COSIGN_PASSWORD` is kept from every gate",
        ),
        ("soak: { command: a, env: ['A=b'] }", "`A=b` is no name of a variable"),
        ("soak: { approval: { environment: live }, limit: 1h }", "`limit` is for a `command`"),
        ("soak: { approval: { environment: '' } }", "cannot be shown on a line"),
        ("soak: { openqa: {} }", "unknown key `openqa`"),
        ("'a/b': { command: a }", "`a/b` is no name of a gate"),
        ("'..': { command: a }", "`..` is no name of a gate"),
    ] {
        let problem = parse(gate).unwrap_err();
        assert!(problem.message.contains(expected), "{problem}");
        assert!(problem.message.starts_with("p.yaml:7:"), "{problem}");
    }
    let twice = "image: a.b/c\nchannels:\n  x: { gates: { g: { command: a } } }\n  y: { gates: { g: { command: a } } }\n";
    let problem = Policy::parse(twice, Path::new("p.yaml")).unwrap_err();
    assert!(problem.message.ends_with("the channel `x` has a gate `g` as well"), "{problem}");
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn evidence(result: &str, outcome: Outcome) -> Evidence {
    Evidence {
        digest: Digest::of(result.as_bytes()),
        subject: Digest::of(b"new"),
        result: result.into(),
        outcome,
        is_answer: true,
        at: Some(now()),
        signature: Signature::By(Signer::Key("ci.pub".into())),
    }
}

fn asked(require: &[&str]) -> Asked {
    Asked {
        image: IMAGE.into(),
        digest: Digest::of(b"new"),
        targets: vec![(Target { image: IMAGE.into(), tag: "stable".into() }, None)],
        from: None,
        require: require.iter().map(|&it| it.into()).collect(),
        gates: vec!["soak".into()],
        signed_by: vec![Signer::Key("ci.pub".into())],
        immutable: Immutable::Versions,
        waivers: Vec::new(),
        commit: None,
    }
}

/// The reasons against it and what to do, each once.
fn against(asked: Asked, facts: Facts) -> Vec<(String, String)> {
    match decide(&[(asked, facts)], now()) {
        Ok(_) => Vec::new(),
        Err(refused) => {
            refused.reasons.iter().map(|it| (it.reason.to_string(), it.reason.hint())).collect()
        }
    }
}

fn found(evidence: &[Evidence]) -> Facts {
    Facts { evidence: evidence.to_vec(), ..Facts::default() }
}

#[test]
fn a_gate_that_nobody_asked_is_closed_and_it_is_said_how_to_ask_it() {
    let reasons = against(asked(&[]), Facts::default());
    let digest = Digest::of(b"new");
    assert_eq!(
        reasons,
        [(
            format!("the gate `soak` is closed: there is no result `soak` for `{digest}`"),
            format!(
                "ask it with the action `run-gate`, or by `bootgate run-gate --image {IMAGE}@{digest} --gate soak --policy bootgate.yaml`"
            )
        )]
    );
    // Named in `require` as well, it is the same gate.
    assert_eq!(against(asked(&["soak"]), Facts::default()), reasons);
    let waiver = Waiver {
        result: "soak".into(),
        channel: "stable".into(),
        by: "@a".into(),
        why: "b".into(),
        until: now().date_naive(),
    };
    assert_eq!(against(Asked { waivers: vec![waiver], ..asked(&[]) }, Facts::default()), []);
}

#[test]
fn only_the_gates_own_yes_about_this_digest_opens_it() {
    let passed = evidence("soak", Outcome::Passed);
    assert_eq!(against(asked(&[]), found(std::slice::from_ref(&passed))), []);
    for wrong in [
        evidence("soak", Outcome::Failed),
        evidence("soak", Outcome::Warned),
        evidence("other", Outcome::Passed),
        Evidence { subject: Digest::of(b"old"), ..passed.clone() },
        Evidence { signature: Signature::Unsigned, ..passed.clone() },
        Evidence { is_answer: false, ..passed.clone() },
        Evidence { signature: Signature::ByAnother, ..passed.clone() },
    ] {
        let reasons = against(asked(&[]), found(&[wrong]));
        assert!(reasons[0].0.starts_with("the gate `soak` is closed: "), "{reasons:?}");
    }
}

#[test]
fn who_opens_a_gate_has_tested_no_part_of_an_index() {
    let part = |name: &str| Platform {
        digest: Digest::of(name.as_bytes()),
        runs_on: registry::Platform::linux(name),
    };
    let passed = ["soak", "smoke/x86_64"].map(|name| evidence(name, Outcome::Passed));
    let facts = Facts { platforms: vec![part("x86_64"), part("aarch64")], ..found(&passed) };
    let reasons = against(asked(&["smoke/x86_64"]), facts.clone());
    assert!(reasons[0].0.starts_with("no result says that"), "{reasons:?}");
    assert_eq!(reasons.len(), 1);
    assert_eq!(against(asked(&[]), facts), []);
}

proptest! {
    /// Whatever else is there, a gate without its own yes keeps everything where it is.
    #[test]
    fn nothing_moves_through_a_closed_gate(
        names in prop::collection::vec("[a-z]{1,3}|soak|smoke/x86_64", 0..6),
        outcomes in prop::collection::vec(0u8..3, 6),
    ) {
        let all = [Outcome::Passed, Outcome::Warned, Outcome::Failed];
        let evidence: Vec<Evidence> = names.iter().zip(&outcomes)
            .map(|(name, it)| evidence(name, all[usize::from(*it)])).collect();
        let own = |it: &&Evidence| it.result == "soak";
        let is_open = evidence.iter().any(|it| own(&it) && it.outcome == Outcome::Passed)
            && evidence.iter().filter(own).all(|it| it.outcome == Outcome::Passed);
        prop_assert_eq!(against(asked(&[]), found(&evidence)).is_empty(), is_open);
    }

    #[test]
    fn no_gates_make_the_parser_fall(gates in "[a-z:{} ,\\[\\]'./=-]{0,60}") {
        let _either = parse(&gates);
    }
}
