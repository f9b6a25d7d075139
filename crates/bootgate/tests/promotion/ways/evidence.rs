//! Evidence that is missing, borrowed, forged or replayed.

use ::evidence::{Envelope, Outcome};
use fetch::Digest;
use serde_json::Value;

use super::{Case, Claim, claim};

const TO_STABLE: [&str; 2] = ["--to", "stable"];

/// What one envelope says, with the signature of another.
pub(super) fn with_signature(of: &Envelope, other: &Envelope) -> Envelope {
    let parsed = |it: &Envelope| serde_json::from_str::<Value>(&it.to_json()).unwrap();
    let mut forged = parsed(of);
    let signature = parsed(other)["signatures"][0].clone();
    forged["signatures"].as_array_mut().unwrap().push(signature);
    Envelope::parse(forged.to_string().as_bytes()).unwrap()
}

/// An image that nobody tested, at `testing` by somebody's hand.
fn pushed(case: &Case) -> Digest {
    let evil = case.world.push("os:testing", "evil", &[]);
    case.tag(evil, "next");
    evil
}

#[test]
fn a_tag_that_somebody_pushed_brings_no_evidence() {
    let case = Case::new();
    let evil = pushed(&case);
    case.refuses(evil, &TO_STABLE, 1, &format!("there is no result `smoke/x86_64` for `{evil}`"));
    // What was tested is no longer what is there.
    case.refuses(case.good, &TO_STABLE, 1, &format!("os:testing` has `{evil}`"));
}

#[test]
fn a_tag_moved_by_hand_skips_no_channel() {
    let case = Case::new();
    let evil = pushed(&case);
    case.prove(evil, &["upgrade/x86_64"]);
    case.attach(evil, &Claim { because: Some("it ended with 0"), ..claim(evil, "soak") });
    case.refuses(evil, &TO_STABLE, 1, "there is no result `smoke/x86_64`");
    let waits = ["channels", &case.world.name("os"), "--policy", &case.policy];
    let view = case.world.bootgate(&waits).output().unwrap();
    let view = String::from_utf8(view.stdout).unwrap();
    assert!(view.contains("because there is no result `smoke/x86_64`"), "{view}");
    case.prove(evil, &["smoke/x86_64"]);
    assert_eq!(case.promote(evil, &TO_STABLE).code, Some(0));
}

#[test]
fn evidence_of_another_image_is_of_another_image_wherever_it_is_attached() {
    let case = Case::new();
    let evil = pushed(&case);
    for result in ["smoke/x86_64", "upgrade/x86_64"] {
        case.attach(evil, &claim(case.good, result));
    }
    let answer = Claim { because: Some("it ended with 0"), ..claim(case.good, "soak") };
    case.attach(evil, &answer);
    for result in ["smoke/x86_64", "upgrade/x86_64", "soak"] {
        let why = format!("the result `{result}` is for `{}`, and there is none for", case.good);
        case.refuses(evil, &TO_STABLE, 1, &why);
    }
}

#[test]
fn an_envelope_that_was_edited_is_signed_by_nobody() {
    let case = Case::new();
    let evil = pushed(&case);
    let world = &case.world;
    // Another subject under the signature of ours, and another outcome beside a signature of their own.
    let borrowed = claim(case.good, "smoke/x86_64").envelope(world);
    let renamed = Claim { key: None, ..claim(evil, "smoke/x86_64") }.envelope(world);
    case.attach_envelope(evil, &with_signature(&renamed, &borrowed));
    let failed = Claim { outcome: Outcome::Failed, ..claim(evil, "upgrade/x86_64") };
    let turned = Claim { key: Some("theirs"), ..claim(evil, "upgrade/x86_64") }.envelope(world);
    case.attach_envelope(evil, &with_signature(&turned, &failed.envelope(world)));
    let ran = case.promote(evil, &TO_STABLE);
    assert_eq!(ran.err.matches("was signed by none of those who may").count(), 2, "{ran:?}");
    case.refuses(evil, &TO_STABLE, 1, "the gate `soak` is closed");
}

#[test]
fn what_a_test_came_to_is_no_answer_of_a_gate() {
    let case = Case::new();
    let next = pushed(&case);
    case.prove(next, &["smoke/x86_64", "upgrade/x86_64", "soak"]);
    let why = "is of a test, and not what the gate said";
    case.refuses(next, &TO_STABLE, 1, why);
    case.attach(next, &Claim { because: Some("it ended with 0"), ..claim(next, "soak") });
    assert_eq!(case.promote(next, &TO_STABLE).code, Some(0));
}

#[test]
fn an_older_pass_that_is_attached_again_is_still_older() {
    let case = Case::new();
    let at = "2026-02-01T12:00:00Z";
    case.attach(
        case.good,
        &Claim { outcome: Outcome::Failed, at, ..claim(case.good, "upgrade/x86_64") },
    );
    let again = Claim { at: "2026-01-31T18:00:00Z", ..claim(case.good, "upgrade/x86_64") };
    case.attach(case.good, &again);
    let why = "the newest result `upgrade/x86_64` is `failed`";
    case.refuses(case.good, &TO_STABLE, 1, why);
    // A failure that is attached counts, wherever an input has us look.
    case.world.file("old/test-result.dsse.json", &again.envelope(&case.world).to_json());
    let old = case.world.path("old");
    case.refuses(case.good, &["--to", "stable", "--evidence", &old], 1, why);
}

#[test]
fn what_passed_in_the_future_has_not_passed() {
    let case = Case::new();
    let next = pushed(&case);
    case.prove(next, &["smoke/x86_64"]);
    case.attach(next, &Claim { because: Some("it ended with 0"), ..claim(next, "soak") });
    let late = Claim { at: "2999-01-31T12:00:00Z", ..claim(next, "upgrade/x86_64") };
    case.attach(next, &late);
    case.refuses(next, &TO_STABLE, 1, "is of 2999-01-31 12:00:00 UTC, which has not come");
    case.attach(next, &Claim { outcome: Outcome::Failed, ..claim(next, "upgrade/x86_64") });
    case.refuses(next, &TO_STABLE, 1, "the newest result `upgrade/x86_64` is `failed`");
}

#[test]
fn evidence_of_one_platform_is_none_of_another() {
    let case = Case::new();
    let (index, [amd64, arm64]) = case.world.push_index("os:next");
    case.attach(arm64, &claim(arm64, "smoke/x86_64"));
    case.attach(amd64, &claim(arm64, "smoke/x86_64"));
    let why = format!("there is no result `smoke/x86_64` for `{amd64}` (linux/amd64)");
    case.refuses(index, &["--to", "testing"], 1, &why);
    case.attach(amd64, &claim(amd64, "smoke/x86_64"));
    case.refuses(index, &["--to", "testing"], 1, &format!("no result says that `{arm64}`"));
}
