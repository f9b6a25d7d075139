//! Tags, images and inputs that are not what they look like.

use testkit::runner;

use super::{Case, claim};

#[test]
fn a_channel_is_told_by_its_tags_however_they_are_spelled() {
    let case = Case::new();
    let fresh = case.world.push("os:next", "fresh", &[]);
    case.prove(fresh, &["smoke/x86_64"]);
    // What is good for `testing` is not for `stable`, nor for what moves with it.
    for to in ["stable", "v2.0.0"] {
        case.refuses(fresh, &["--to", to], 1, "there is no result `upgrade/x86_64`");
    }
    let two = "`testing` is of the channel `testing` and `stable` of `stable`";
    case.refuses(fresh, &["--to", "testing", "--to", "stable"], 2, two);
    for to in ["V2.0.0", "Stable", "stable2", "unstable"] {
        let why = format!("no channel of the policy has the tag `{to}`");
        case.refuses(fresh, &["--to", to], 2, &why);
    }
    for to in ["v2.0.0 ", " stable", "stable\u{200b}", "ѕtable", ".stable"] {
        case.refuses(fresh, &["--to", to], 2, "no image");
    }
    let elsewhere = format!("{}:stable", case.world.name("released/os"));
    case.refuses(fresh, &["--to", &elsewhere], 1, "there is no result `upgrade/x86_64`");
    assert_eq!(case.world.digest(&elsewhere), None);
}

#[test]
fn a_version_is_of_one_content_and_is_not_built_again() {
    let case = Case::new();
    let why = format!("os:v1.0.0` exists with `{}`, and this tag never moves", case.old);
    case.refuses(case.good, &["--to", "stable", "--to", "v1.0.0"], 1, &why);
    let none = ["--to", "v1.0.0", "--expect-current", &case.old.to_string()];
    case.refuses(case.good, &none, 1, "this tag never moves");
}

#[test]
fn no_input_takes_away_what_the_policy_asks_for() {
    let case = Case::new();
    let fresh = case.world.push("os:next", "fresh", &[]);
    let image = case.image(fresh);
    let inputs = [("image", image.as_str()), ("to", "testing"), ("policy", &case.policy)];
    let step = inputs.iter().fold(runner::World::new(), |step, (name, it)| step.input(name, it));
    let emptied = step.input("require", "").input("evidence", "").input("commit", "any");
    let before = case.tags();
    let ran = case.world.promotion(&[]).envs(emptied.vars()).output().unwrap().into();
    case.is_refused(&ran, 1, "there is no result `smoke/x86_64`", &before);
    let theirs = case.world.path("theirs.pub");
    for input in [["--signed-by", &theirs], ["--immutable", "nothing"]] {
        let ran = case.promote(fresh, &[&["--to", "testing"], &input[..]].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains("cannot be used with"), "{ran:?}");
    }
    case.attach(fresh, &super::Claim { key: Some("theirs"), ..claim(fresh, "smoke/x86_64") });
    case.refuses(fresh, &["--to", "testing"], 1, "signed by none of those who may");
}

#[test]
fn a_repository_of_which_the_policy_says_nothing_gets_nothing_by_it() {
    let case = Case::new();
    let other = case.world.push("other:testing", "good", &[]);
    let image = format!("{}@{other}", case.world.name("other"));
    let stable = case.world.name("os:stable");
    for to in ["stable", stable.as_str()] {
        let before = case.tags();
        let ran = case.world.promote(&["--image", &image, "--to", to, "--policy", &case.policy]);
        case.is_refused(&ran, 2, "the policy says nothing of", &before);
    }
    assert_eq!(case.world.digest(&case.world.name("other:stable")), None);
}

#[test]
fn what_is_about_an_image_is_no_image() {
    let case = Case::new();
    let referrers = case.world.repository("os").referrers(case.good).unwrap();
    let result = referrers.first().unwrap().digest;
    let why = format!("os@{result}` is about `{}`, and no image itself", case.good);
    case.refuses(result, &["--to", "next"], 2, &why);
    case.tag(result, "testing");
    case.refuses(result, &["--to", "stable"], 2, &why);
}

#[test]
fn a_commits_tag_that_was_moved_makes_no_image_of_that_commit() {
    let case = Case::new();
    let label = ["--label", "org.opencontainers.image.revision=fedcba9"];
    let other = case.world.push("os:next", "labelled", &label);
    case.prove(other, &["smoke/x86_64"]);
    case.tag(other, "sha-0123abc");
    let why = "the image says that it was built of `fedcba9`, not of `0123abc`";
    case.refuses(other, &["--to", "testing", "--commit", "0123abc"], 1, why);
    // An image without a label is told by that tag alone: it is of no other commit.
    let silent = case.world.push("os:next", "silent", &[]);
    case.prove(silent, &["smoke/x86_64"]);
    let why = format!("has no label that says so, and `{}", case.world.name("os:sha-0123abc"));
    case.refuses(silent, &["--to", "testing", "--commit", "0123abc"], 1, &why);
}

#[test]
fn a_waiver_is_for_its_channel_alone() {
    let case = Case::new();
    let fresh = case.world.push("os:testing", "fresh", &[]);
    case.tag(fresh, "next");
    case.prove(fresh, &["upgrade/x86_64"]);
    let answer = super::Claim { because: Some("it ended with 0"), ..claim(fresh, "soak") };
    case.attach(fresh, &answer);
    let rules = std::fs::read_to_string(&case.policy).unwrap();
    let waive = |channel: &str, until: &str| {
        let waiver = format!(
            "waivers:\n  - {{ result: smoke/x86_64, channel: {channel}, by: \"@a\", why: b, until: {until} }}\n"
        );
        case.world.file("bootgate.yaml", &(rules.clone() + &waiver));
    };
    waive("stable", "2999-12-31");
    case.refuses(fresh, &["--to", "testing"], 1, "there is no result `smoke/x86_64`");
    case.refuses(fresh, &["--to", "stable"], 1, "there is no result `smoke/x86_64`");
    waive("testing", "2020-12-31");
    case.refuses(fresh, &["--to", "stable"], 1, "ended on 2020-12-31");
    waive("testing", "2999-12-31");
    assert_eq!(case.promote(fresh, &["--to", "stable"]).code, Some(0));
}
