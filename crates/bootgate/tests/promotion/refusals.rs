//! What is refused: each with its reason and exit code 1, and nothing has moved.

use evidence::Outcome;
use fetch::Digest;

use crate::world::{Ran, World, envelope};

/// An image at `os:next`, and another one at `os:testing`.
struct Case {
    world: World,
    next: Digest,
    testing: Digest,
}

impl Case {
    fn new() -> Case {
        let world = World::start();
        let [next, testing] =
            ["next", "testing"].map(|tag| world.push(&format!("os:{tag}"), tag, &[]));
        Case { world, next, testing }
    }

    /// Promotes what was at `next` to `testing` if it passed `smoke`, by our key.
    fn promote(&self, more: &[&str]) -> Ran {
        let image = format!("{}@{}", self.world.name("os"), self.next);
        let key = self.world.path("ours.pub");
        let fixed = ["--image", &image, "--to", "testing"];
        let proof = ["--require", "smoke", "--signed-by", &key];
        let proof = if more.contains(&"--policy") { &[][..] } else { &proof[..] };
        self.world.promote(&[&fixed, proof, more].concat())
    }

    /// It is refused for this reason.
    fn is_refused(&self, more: &[&str], why: &str) {
        let ran = self.promote(more);
        assert_eq!(ran.code, Some(1), "{why}: {ran:?}");
        assert!(ran.err.contains(why), "{why}: {ran:?}");
        assert!(ran.err.contains("hint"), "{ran:?}");
        assert_eq!(self.world.digest(&self.world.name("os:testing")), Some(self.testing), "{why}");
    }

    fn attest(&self, of: Digest, outcome: Outcome, key: Option<&str>) {
        self.world.attest("os", of, "smoke", outcome, key);
    }

    fn passes(&self) {
        self.attest(self.next, Outcome::Passed, Some("ours"));
    }
}

#[test]
fn an_image_without_evidence() {
    Case::new().is_refused(&[], "there is no result `smoke`");
}

#[test]
fn evidence_for_another_digest() {
    let case = Case::new();
    case.attest(case.testing, Outcome::Passed, Some("ours"));
    case.is_refused(&[], "there is no result `smoke`");
    let key = case.world.key("ours");
    let other = envelope(case.testing, "smoke", Outcome::Passed, Some(&key));
    case.world.file("evidence/test-result.dsse.json", &other.to_json());
    let folder = case.world.path("evidence");
    case.is_refused(&["--evidence", &folder], &format!("is for `{}`", case.testing));
}

#[test]
fn evidence_that_nobody_signed() {
    let case = Case::new();
    case.attest(case.next, Outcome::Passed, None);
    case.is_refused(&[], "nobody signed the result `smoke`");
}

#[test]
fn evidence_signed_by_another_key() {
    let case = Case::new();
    case.attest(case.next, Outcome::Passed, Some("theirs"));
    case.is_refused(&[], "signed by none of those who may");
}

#[test]
fn a_result_that_is_not_passed() {
    for outcome in [Outcome::Failed, Outcome::Warned] {
        let case = Case::new();
        case.attest(case.next, outcome, Some("ours"));
        case.is_refused(&[], "not `passed`");
    }
}

#[test]
fn a_failure_beside_a_pass_of_the_same_moment() {
    let case = Case::new();
    case.passes();
    case.attest(case.next, Outcome::Failed, Some("ours"));
    case.is_refused(&[], "not `passed`");
}

#[test]
fn a_source_tag_that_moved_since_the_test() {
    let case = Case::new();
    case.passes();
    let newer = case.world.push("os:next", "newer", &[]);
    let image = format!("{}@{}", case.world.name("os:next"), case.next);
    let key = case.world.path("ours.pub");
    let ran = case.world.promote(&[
        "--image",
        &image,
        "--to",
        "testing",
        "--require",
        "smoke",
        "--signed-by",
        &key,
    ]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains(&format!("os:next` has `{newer}`")), "{ran:?}");
    let policy = format!(
        "image: {}\nchannels:\n  next: {{}}\n  testing: {{ from: next, require: [smoke], signed-by: [ours.pub] }}\n",
        case.world.name("os")
    );
    let policy = case.world.file("bootgate.yaml", &policy).display().to_string();
    case.is_refused(&["--policy", &policy], &format!("has `{newer}`"));
}

#[test]
fn a_version_that_exists_with_another_digest() {
    let case = Case::new();
    case.passes();
    let other = case.world.push("os:v1.2.3", "other", &[]);
    case.is_refused(
        &["--to", "v1.2.3"],
        &format!("exists with `{other}`, and this tag never moves"),
    );
    assert_eq!(case.world.digest(&case.world.name("os:v1.2.3")), Some(other));
    // The same digest is no other.
    case.world
        .must("crane", &["tag", &format!("{}@{}", case.world.name("os"), case.next), "v1.2.4"]);
    let ran = case.promote(&["--to", "v1.2.4"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_tag_that_is_not_where_it_is_taken_to_be() {
    let case = Case::new();
    case.passes();
    let next = case.next.to_string();
    case.is_refused(&["--expect-current", &next], "as expected");
    case.is_refused(&["--expect-current", "none"], "was expected to be new");
    let now = format!("testing={}", case.testing);
    let ran = case.promote(&["--expect-current", &now]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn an_image_of_another_commit() {
    let case = Case::new();
    case.passes();
    case.is_refused(
        &["--commit", "0123abc"],
        "nothing shows that the image was built of `0123abc`",
    );
    let name = format!("{}@{}", case.world.name("os"), case.next);
    case.world.must("crane", &["tag", &name, "sha-0123abc"]);
    assert_eq!(case.promote(&["--commit", "0123abc"]).code, Some(0));
    let label = ["--label", "org.opencontainers.image.revision=fedcba9"];
    let labelled = case.world.push("os:labelled", "labelled", &label);
    let image = format!("{}@{labelled}", case.world.name("os"));
    let promote =
        |commit| case.world.promote(&["--image", &image, "--to", "stable", "--commit", commit]);
    let other = promote("0123abc");
    assert_eq!(other.code, Some(1), "{other:?}");
    assert!(other.err.contains("built of `fedcba9`"), "{other:?}");
    assert_eq!(promote("fedcba9").code, Some(0));
}

#[test]
fn a_waiver_helps_until_its_day_is_over() {
    let case = Case::new();
    let policy = |until: &str| {
        let text = format!(
            "image: {}\nchannels:\n  next: {{}}\n  testing: {{ from: next, require: [smoke], signed-by: [ours.pub] }}\nwaivers:\n  - {{ result: smoke, channel: testing, by: \"@alice\", why: the board is down, until: {until} }}\n",
            case.world.name("os")
        );
        case.world.file("bootgate.yaml", &text).display().to_string()
    };
    case.is_refused(&["--policy", &policy("2020-01-31")], "ended on 2020-01-31");
    let ran = case.promote(&["--policy", &policy("2999-12-31")]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("waived: smoke, by @alice"), "{ran:?}");
}

#[test]
fn mistakes_of_the_caller_are_told_apart_from_refusals() {
    let case = Case::new();
    let name = case.world.name("os");
    let next = format!("{name}:next");
    for (arguments, why) in [
        (vec!["--image", "UPPER/case:tag", "--to", "testing"], "no image"),
        (vec!["--image", &name, "--to", "testing"], "no tag and no digest"),
        (vec!["--image", &next], "no tag to move"),
        (vec!["--image", &next, "--to", "testing", "--expect-current", "x"], "is no digest"),
        (vec!["--image", &next, "--to", "testing", "--signed-by", "/nowhere.pub"], "/nowhere.pub"),
        (vec!["--image", &next, "--to", "testing", "--policy", "/nowhere.yaml"], "/nowhere.yaml"),
        (vec!["--image", &format!("{name}:nothing"), "--to", "testing"], "not there"),
    ] {
        let ran = case.world.promote(&arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(why), "{arguments:?}: {ran:?}");
    }
}
