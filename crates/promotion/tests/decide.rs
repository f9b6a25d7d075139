//! What moves, and every reason why nothing does.
#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use chrono::{DateTime, Duration, NaiveDate, Utc};
use fetch::Digest;
use promotion::{
    Asked, Evidence, Expected, Facts, Immutable, Note, Outcome, Plan, Platform, Refused, Signature,
    Signer, Target, Waiver, decide,
};

const IMAGE: &str = "ghcr.io/me/os";

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn digest(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

fn target(tag: &str) -> Target {
    Target { image: IMAGE.into(), tag: tag.into() }
}

fn ci() -> Signer {
    Signer::Key("keys/ci.pub".into())
}

/// The image `new` into `testing`, from `next`, with one signed result.
fn asked() -> Asked {
    Asked {
        image: IMAGE.into(),
        digest: digest("new"),
        targets: vec![(target("testing"), None)],
        from: Some(target("next")),
        require: vec!["smoke/x86_64".into()],
        gates: Vec::new(),
        signed_by: vec![ci()],
        immutable: Immutable::Versions,
        waivers: Vec::new(),
        commit: None,
    }
}

fn evidence(result: &str, subject: &str) -> Evidence {
    Evidence {
        digest: digest("evidence"),
        subject: digest(subject),
        result: result.into(),
        outcome: Outcome::Passed,
        is_answer: false,
        at: Some(now()),
        signature: Signature::By(ci()),
    }
}

fn facts() -> Facts {
    Facts {
        tags: [(target("next"), digest("new")), (target("testing"), digest("old"))].into(),
        evidence: vec![evidence("smoke/x86_64", "new")],
        ..Facts::default()
    }
}

/// With parts for these, each of which is its own image.
fn index(platforms: &[&str]) -> Facts {
    let part = |name: &&str| {
        let mut words = name.split('/');
        let mut word = || words.next().map(str::to_owned);
        let (os, architecture) = (word().unwrap(), word().unwrap());
        Platform {
            digest: digest(name),
            runs_on: registry::Platform { os, architecture, variant: word() },
        }
    };
    Facts { platforms: platforms.iter().map(part).collect(), ..facts() }
}

fn one(asked: Asked, facts: Facts) -> Result<Plan, Refused> {
    decide(&[(asked, facts)], now())
}

/// The digests by the names that the tests have for them.
fn shown(text: &str) -> String {
    let names = [
        "new",
        "old",
        "other",
        "evidence",
        "linux/amd64",
        "linux/arm64",
        "linux/arm/v6",
        "linux/arm/v7",
    ];
    names.iter().fold(text.to_owned(), |text, name| text.replace(&digest(name).to_string(), name))
}

#[track_caller]
fn refused(asked: Asked, facts: Facts, expected: &[&str]) {
    let refused = one(asked, facts).unwrap_err();
    let reasons = refused.reasons.iter().map(|it| shown(&it.to_string()));
    let expected: Vec<String> = expected.iter().map(|it| format!("{IMAGE}: {it}")).collect();
    assert_eq!(reasons.collect::<Vec<_>>(), expected);
    assert!(refused.reasons.iter().all(|it| !it.reason.hint().is_empty()));
}

#[test]
fn what_is_proven_moves_versions_first() {
    let asked = Asked {
        targets: ["testing", "v1.2.3", "v1"].map(|tag| (target(tag), None)).into(),
        ..asked()
    };
    let plan = one(asked, facts()).unwrap();
    let moves: Vec<_> = plan.moves.iter().map(|it| (it.target.tag.as_str(), it.from)).collect();
    assert_eq!(moves, [("v1.2.3", None), ("testing", Some(digest("old"))), ("v1", None)]);
    assert!(plan.moves.iter().all(|it| it.to == digest("new")));
    assert_eq!((plan.proof.len(), plan.notes.len(), plan.waived.len()), (1, 0, 0));
}

#[test]
fn what_is_there_already_does_not_move_but_is_proven() {
    let asked = Asked {
        targets: vec![(target("testing"), Some(Expected::Digest(digest("old"))))],
        from: Some(target("next")),
        ..asked()
    };
    let there = [(target("testing"), digest("new")), (target("next"), digest("newer"))].into();
    let there = Facts { tags: there, ..facts() };
    let plan = one(asked.clone(), there.clone()).unwrap();
    assert_eq!((plan.moves.len(), plan.unchanged.len()), (0, 1));
    refused(
        asked,
        Facts { evidence: vec![], ..there },
        &["there is no result `smoke/x86_64` for `new`"],
    );
}

#[test]
fn every_reason_is_given_at_once() {
    let asked = Asked {
        targets: vec![
            (target("v1.2.3"), None),
            (target("testing"), Some(Expected::Digest(digest("other")))),
            (target("stable"), Some(Expected::Digest(digest("other")))),
            (target("next"), Some(Expected::Nothing)),
        ],
        commit: Some(("c0ffee".into(), target("sha-c0ffee"))),
        ..asked()
    };
    let tags = ["v1.2.3", "testing", "next"].map(|tag| (target(tag), digest("old"))).into();
    refused(
        asked,
        Facts { tags, evidence: vec![], ..facts() },
        &[
            "there is no result `smoke/x86_64` for `new`",
            "`ghcr.io/me/os:v1.2.3` exists with `old`, and this tag never moves",
            "`ghcr.io/me/os:testing` has `old`, not `other` as expected",
            "`ghcr.io/me/os:stable` has nothing, not `other` as expected",
            "`ghcr.io/me/os:next` has `old`, and was expected to be new",
            "`ghcr.io/me/os:next` has `old`, not `new`",
            "nothing shows that the image was built of `c0ffee`: it has no label that says so, and `ghcr.io/me/os:sha-c0ffee` has nothing",
        ],
    );
}

#[test]
fn what_is_not_signed_by_one_who_may_proves_nothing() {
    let why = |signature| match signature {
        Signature::Unsigned => "nobody signed the result `smoke/x86_64` (`evidence`)",
        Signature::Broken(_) => {
            "the signature of the result `smoke/x86_64` (`evidence`) is none: it was changed"
        }
        _ => "the result `smoke/x86_64` (`evidence`) was signed by none of those who may",
    };
    for signature in [
        Signature::Unsigned,
        Signature::ByAnother,
        Signature::By(Signer::Key("keys/other.pub".into())),
        Signature::Broken("it was changed".into()),
    ] {
        let unsound = Evidence { signature: signature.clone(), ..evidence("smoke/x86_64", "new") };
        let facts = |evidence| Facts { evidence, ..facts() };
        refused(asked(), facts(vec![unsound.clone()]), &[why(signature.clone())]);
        // Beside a sound one it neither helps nor hurts, whatever it says.
        let failed = Evidence { outcome: Outcome::Failed, at: None, ..unsound.clone() };
        assert!(one(asked(), facts(vec![failed, evidence("smoke/x86_64", "new")])).is_ok());
        // Where nobody has to sign, only a broken signature is refused.
        let anyone = Asked { signed_by: vec![], ..asked() };
        let plan = one(anyone, facts(vec![unsound]));
        let broken = matches!(signature, Signature::Broken(_));
        assert_eq!(plan.is_err(), broken);
        assert!(
            plan.is_err() || plan.unwrap().notes == [Note::NobodyHasToSign { image: IMAGE.into() }]
        );
    }
}

#[test]
fn the_newest_of_the_sound_results_counts() {
    let at = |outcome, hours: Option<i64>| Evidence {
        outcome,
        at: hours.map(|hours| now() + Duration::hours(hours - 4)),
        ..evidence("smoke/x86_64", "new")
    };
    use Outcome::{Failed, Passed, Warned};
    for (results, passes) in [
        (vec![at(Failed, Some(1)), at(Passed, Some(2))], true),
        (vec![at(Passed, Some(2)), at(Failed, Some(1)), at(Warned, Some(1))], true),
        (vec![at(Passed, Some(1)), at(Failed, Some(2))], false),
        (vec![at(Passed, Some(1)), at(Warned, Some(2))], false),
        (vec![at(Passed, Some(1)), at(Failed, Some(1))], false),
        (vec![at(Passed, Some(1)), at(Failed, None)], false),
        (vec![at(Passed, None), at(Failed, Some(1))], false),
        (vec![at(Passed, None)], true),
        // Now is hour 4, and a clock may be wrong by one.
        (vec![at(Passed, Some(5))], true),
        (vec![at(Passed, Some(6))], false),
        (vec![at(Passed, Some(6)), at(Passed, Some(1))], true),
        (vec![at(Passed, Some(6)), at(Failed, Some(1))], false),
        (vec![at(Failed, Some(6)), at(Passed, Some(1))], false),
    ] {
        let outcome = one(asked(), Facts { evidence: results.clone(), ..facts() });
        assert_eq!(outcome.is_ok(), passes, "{results:?}");
    }
    let failed = Facts { evidence: vec![at(Failed, None)], ..facts() };
    refused(
        asked(),
        failed,
        &["the newest result `smoke/x86_64` is `failed`, not `passed` (`evidence`)"],
    );
    let late = Facts { evidence: vec![at(Passed, Some(6))], ..facts() };
    let when = now() + Duration::hours(2);
    let why = format!("the result `smoke/x86_64` (`evidence`) is of {when}, which has not come");
    refused(asked(), late, &[&why]);
}

#[test]
fn a_result_for_another_image_is_said_so() {
    let facts = Facts { evidence: vec![evidence("smoke/x86_64", "other")], ..facts() };
    refused(
        asked(),
        facts,
        &["the result `smoke/x86_64` is for `other`, and there is none for `new`"],
    );
}

#[test]
fn each_part_of_an_index_needs_its_result() {
    let index = |about: &[(&str, &str)]| Facts {
        evidence: about.iter().map(|(result, about)| evidence(result, about)).collect(),
        ..index(&["linux/amd64", "linux/arm64", "unknown/unknown"])
    };
    let asked = |require: &[&str]| Asked {
        require: require.iter().map(|&name| name.into()).collect(),
        ..asked()
    };
    let both = ["smoke/x86_64", "smoke/aarch64"];
    // By the digest of the part, or of the index and a name that says which part.
    let mixed = index(&[("smoke/x86_64", "new"), ("smoke/aarch64", "linux/arm64")]);
    assert_eq!(one(asked(&both), mixed).unwrap().proof.len(), 2);
    let missing = "there is no result `smoke/aarch64` for `linux/arm64` (linux/arm64)";
    refused(
        asked(&both),
        index(&[("smoke/x86_64", "new"), ("smoke/aarch64", "linux/amd64")]),
        &[missing],
    );
    // A part that no requirement concerns needs any result that passed.
    let untested =
        "no result says that `linux/arm64` (linux/arm64) passed, which is a part of the index";
    refused(asked(&["smoke/x86_64"]), index(&[("smoke/x86_64", "new")]), &[untested]);
    assert!(
        one(asked(&["smoke/x86_64"]), index(&[("smoke/x86_64", "new"), ("boot/arm64", "new")]))
            .is_ok()
    );
    // A gate that names no architecture speaks for the whole, or for each part.
    assert!(one(asked(&["scan"]), index(&[("scan", "new")])).is_ok());
    assert!(
        one(asked(&["scan"]), index(&[("scan", "linux/amd64"), ("scan", "linux/arm64")])).is_ok()
    );
    let half = index(&[("scan", "linux/amd64")]);
    refused(asked(&["scan"]), half, &["there is no result `scan` for `linux/arm64` (linux/arm64)"]);
}

#[test]
fn a_result_of_the_index_does_not_speak_for_two_parts_of_one_architecture() {
    let parts = index(&["linux/arm/v6", "linux/arm/v7"]);
    let asked = Asked { require: vec!["smoke/arm".into()], ..asked() };
    let about = |about: &[&str]| Facts {
        evidence: about.iter().map(|about| evidence("smoke/arm", about)).collect(),
        ..parts.clone()
    };
    refused(
        asked.clone(),
        about(&["new", "linux/arm/v6"]),
        &["there is no result `smoke/arm` for `linux/arm/v7` (linux/arm/v7)"],
    );
    assert!(one(asked, about(&["linux/arm/v6", "linux/arm/v7"])).is_ok());
}

#[test]
fn a_waiver_holds_through_its_last_day() {
    let waived = |until: NaiveDate| {
        let waiver = Waiver {
            result: "smoke/x86_64".into(),
            channel: "testing".into(),
            by: "@alice".into(),
            why: "board is down".into(),
            until,
        };
        Asked { waivers: vec![waiver], ..asked() }
    };
    let today = now().date_naive();
    let yesterday = today.pred_opt().unwrap();
    let without = Facts { evidence: vec![], ..facts() };
    let plan = one(waived(today), without.clone()).unwrap();
    assert_eq!(plan.waived.len(), 1);
    assert_eq!(shown(&plan.waived[0].instead[0]), "there is no result `smoke/x86_64` for `new`");
    refused(
        waived(yesterday),
        without,
        &[
            "there is no result `smoke/x86_64` for `new`",
            &format!("the waiver of `smoke/x86_64` by @alice ended on {yesterday}"),
        ],
    );
    let note = |until| one(waived(until), facts()).unwrap().notes[0].to_string();
    assert_eq!(
        note(today),
        "the waiver of `smoke/x86_64` by @alice is not needed: the result is there"
    );
    assert_eq!(
        note(yesterday),
        format!("the waiver of `smoke/x86_64` by @alice ended on {yesterday}")
    );
}

#[test]
fn an_image_is_of_the_commit_of_which_it_says_so_whatever_a_tag_says() {
    let commit = Some(("C0FFEE".to_owned(), target("sha-c0ffee")));
    let asked = Asked { commit, ..asked() };
    let mut tagged = facts();
    tagged.tags.insert(target("sha-c0ffee"), digest("new"));
    let says = |commits: &[&str]| {
        let revisions = commits.iter().map(|&it| it.into()).collect();
        Facts { revisions, ..tagged.clone() }
    };
    assert!(one(asked.clone(), says(&[])).is_ok());
    assert!(one(asked.clone(), Facts { revisions: vec!["c0ffee".into()], ..facts() }).is_ok());
    refused(
        asked,
        says(&["c0ffee", "beef"]),
        &["the image says that it was built of `beef`, not of `C0FFEE`"],
    );
}

#[test]
fn no_proof_is_asked_for_only_if_that_is_said() {
    let plan = one(Asked { require: vec![], ..asked() }, facts()).unwrap();
    assert_eq!(plan.notes, [Note::NoProofAsked { image: IMAGE.into() }]);
}

#[test]
fn of_several_images_all_move_or_none() {
    let other = Asked {
        image: "ghcr.io/me/initrd".into(),
        targets: vec![(Target { image: "ghcr.io/me/initrd".into(), tag: "v2.0".into() }, None)],
        from: None,
        ..asked()
    };
    let both =
        |facts_of_other| decide(&[(asked(), facts()), (other.clone(), facts_of_other)], now());
    let plan = both(facts()).unwrap();
    let tags: Vec<&str> = plan.moves.iter().map(|it| it.target.tag.as_str()).collect();
    assert_eq!(tags, ["v2.0", "testing"]);
    let refused = both(Facts::default()).unwrap_err();
    assert!(refused.reasons.iter().all(|it| it.image == "ghcr.io/me/initrd"));
}

#[test]
fn what_a_channel_before_asked_for_is_asked_again_and_said_once() {
    let before = Asked { targets: Vec::new(), ..asked() };
    let lacking = Facts { evidence: Vec::new(), ..facts() };
    let known = |facts: &Facts| [(before.clone(), facts.clone()), (asked(), facts.clone())];
    let refused = decide(&known(&lacking), now()).unwrap_err();
    assert_eq!(refused.reasons.len(), 1, "{refused:?}");
    assert_eq!(decide(&known(&facts()), now()).unwrap(), one(asked(), facts()).unwrap());
    let nothing = Asked { require: Vec::new(), signed_by: Vec::new(), ..asked() };
    let plan = decide(&[(before.clone(), facts()), (nothing.clone(), facts())], now()).unwrap();
    assert_eq!((plan.proof.len(), plan.notes.len()), (1, 0), "{plan:?}");
    let images = [(before, lacking.clone()), (nothing, lacking)];
    assert!(decide(&images, now()).is_err());
}
