//! Ways around the gates that somebody may try: each is refused in plain words, and no tag moves. docs/ways-around.md lists them.

mod changes;
mod evidence;
mod records;
mod tags;

use std::collections::BTreeMap;

use ::evidence::{Configuration, Envelope, Facts, Outcome, Statement, Subject, TestResult, attach};
use fetch::Digest;
use registry::Version;
use testkit::runner;

use crate::world::{Ran, World};

/// Three channels, of which each asks for something else.
const POLICY: &str = "\
image: HOST/os
channels:
  next: {}
  testing:
    from: next
    require: [smoke/x86_64]
    signed-by: [ours.pub]
  stable:
    from: testing
    require: [upgrade/x86_64]
    signed-by: [ours.pub]
    tags: [\"v*\"]
    gates:
      soak: { command: ./soak.sh, limit: 1h }
";

/// An image that may go to `stable`, which has an older one.
struct Case {
    world: World,
    policy: String,
    /// At `next` and `testing`.
    good: Digest,
    /// At `stable` and `v1.0.0`.
    old: Digest,
}

impl Case {
    fn new() -> Case {
        let world = World::start();
        let policy = world.file("bootgate.yaml", &POLICY.replace("HOST", world.registry.host()));
        let [old, good] = ["old", "good"].map(|text| world.push("os:next", text, &[]));
        let policy = policy.display().to_string();
        let case = Case { world, policy, good, old };
        case.tag(old, "stable");
        case.tag(old, "v1.0.0");
        case.tag(good, "testing");
        case.prove(good, &["smoke/x86_64", "upgrade/x86_64"]);
        case.attach(good, &Claim { because: Some("it ended with 0"), ..claim(good, "soak") });
        case
    }

    /// A tag moved past us, as whoever may push can move it.
    fn tag(&self, of: Digest, tag: &str) {
        self.world.must("crane", &["tag", &self.image(of), tag]);
    }

    fn image(&self, of: Digest) -> String {
        format!("{}@{of}", self.world.name("os"))
    }

    /// Attaches results that passed, signed with our key.
    fn prove(&self, of: Digest, results: &[&str]) {
        results.iter().for_each(|result| self.attach(of, &claim(of, result)));
    }

    fn attach(&self, to: Digest, claim: &Claim<'_>) {
        self.attach_envelope(to, &claim.envelope(&self.world));
    }

    fn attach_envelope(&self, to: Digest, envelope: &Envelope) {
        let repository = self.world.repository("os");
        let subject = repository.manifest(&Version::Digest(to)).unwrap().descriptor();
        attach(&repository, &subject, envelope).unwrap();
    }

    /// What every tag has, by crane's word.
    fn tags(&self) -> BTreeMap<String, Option<Digest>> {
        let tags = self.world.must("crane", &["ls", &self.world.name("os")]);
        let has = |tag: &str| self.world.digest(&self.world.name(&format!("os:{tag}")));
        tags.lines().map(|tag| (tag.to_owned(), has(tag))).collect()
    }

    /// Promotes an image by the policy.
    fn promote(&self, of: Digest, more: &[&str]) -> Ran {
        let begin = ["--image", &self.image(of), "--policy", &self.policy];
        self.world.promote(&[&begin, more].concat())
    }

    /// It is refused for this reason, with the next step, and all tags stay.
    #[track_caller]
    fn refuses(&self, of: Digest, more: &[&str], code: i32, why: &str) {
        let before = self.tags();
        self.is_refused(&self.promote(of, more), code, why, &before);
    }

    #[track_caller]
    fn is_refused(
        &self,
        ran: &Ran,
        code: i32,
        why: &str,
        before: &BTreeMap<String, Option<Digest>>,
    ) {
        assert_eq!(ran.code, Some(code), "{why}: {ran:?}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(why) && said.contains("hint"), "{why}: {ran:?}");
        assert_eq!(self.tags(), *before, "{why}: {ran:?}");
    }

    /// A step of an event, with the folder's file of it.
    fn step(&self, event: &str, text: &str) -> runner::World {
        let file = self.world.file("event.json", text).display().to_string();
        runner::World::new().set("GITHUB_EVENT_NAME", event).set("GITHUB_EVENT_PATH", &file)
    }
}

/// That it passed, at noon, by our word.
fn claim(of: Digest, result: &str) -> Claim<'_> {
    let (outcome, at) = (Outcome::Passed, "2026-01-31T12:00:00Z");
    Claim { of, result, outcome, at, because: None, key: Some("ours") }
}

/// What somebody says of an image.
struct Claim<'a> {
    of: Digest,
    result: &'a str,
    outcome: Outcome,
    at: &'a str,
    /// What a gate gives as its reason; a test has none.
    because: Option<&'a str>,
    key: Option<&'a str>,
}

impl Claim<'_> {
    fn envelope(&self, world: &World) -> Envelope {
        let facts = Facts {
            because: self.because.map(str::to_owned),
            finished_on: Some(self.at.into()),
            ..Facts::default()
        };
        let configuration = Configuration::new("boot.yaml", Digest::of(b"spec"), facts);
        let test = TestResult::of_one(self.result, self.outcome, configuration, None);
        let statement = Statement::of_test(Subject::new("os", self.of), &test);
        match self.key {
            Some(key) => Envelope::sign(&statement, &world.key(key)),
            None => Envelope::unsigned(&statement),
        }
    }
}

#[test]
fn who_goes_through_all_gates_arrives() {
    let case = Case::new();
    let ran = case.promote(case.good, &["--to", "stable", "--to", "v1.1.0"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let tags = case.tags();
    assert_eq!((tags["stable"], tags["v1.1.0"]), (Some(case.good), Some(case.good)));
    assert_eq!(tags["v1.0.0"], Some(case.old));
    let proof = ["smoke/x86_64", "upgrade/x86_64", "soak"];
    assert!(proof.iter().all(|it| ran.out.contains(&format!("proof: {it} passed"))), "{ran:?}");
}
