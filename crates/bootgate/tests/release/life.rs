//! One image after another from a push to what people install, and back.

use fetch::Digest;
use serde_json::json;
use testkit::act::Event;

use crate::looks::tags;
use crate::world::{WELL, World};

/// A guest that starts, and finds that it is not well.
const ILL: &str = "#!/bin/busybox sh\necho '1 TEST FAILED'\n/bin/busybox stty -echo echo\n/bin/busybox poweroff -f\n";

const PASSED: (&str, &str) = ("system/x86_64", "PASSED");

impl World {
    /// A commit that changes this file of a branch, which is built, and the image.
    pub(crate) fn build(&self, branch: &str, file: &str, text: &str) -> (String, Digest) {
        let commit = self.commit(branch, file, text);
        self.done(&Event::Branch(branch), "next.yml");
        let image = self.built(&commit);
        (commit, image)
    }

    /// Tags a commit, whose image has to become `testing`.
    pub(crate) fn test(&self, tag: &str, commit: &str) {
        self.consumer.git(&["tag", tag, commit]);
        self.done(&Event::Tag(tag), "testing.yml");
    }

    /// Tags a commit, whose image has to become `stable`, and looks what was published and why.
    pub(crate) fn release(&self, tag: &str, commit: &str) {
        self.consumer.git(&["tag", tag, commit]);
        self.done(&Event::Tag(tag), "stable.yml");
        let image = self.built(commit);
        self.is_published(tag, image);
        let proof = [PASSED, ("no-freeze", "PASSED"), ("release-managers", "PASSED")];
        assert_eq!(self.results(image), proof.map(|result| (result, 1)).into());
    }

    /// The disk that is attached to an image, which is the one that was booted, is in the bucket, and listed and signed.
    pub(crate) fn is_published(&self, tag: &str, image: Digest) {
        let file = |name: &str| self.published(&format!("{tag}/x86_64/{name}")).unwrap();
        assert_eq!(self.disks(image), [Digest::of(&file("disk.raw"))].into());
        let sums = String::from_utf8(file("SHA256SUMS")).unwrap();
        for name in ["disk.raw", "kernel", "initrd"] {
            let (file, signature) = (file(name), file(&format!("{name}.sig")));
            let line = format!("{}  {name}\n", Digest::of(&file).hex());
            assert!(sums.contains(&line), "no `{line}` in {sums}");
            for (path, bytes) in [("file", file), ("file.sig", signature)] {
                std::fs::write(self.path(path), bytes).unwrap();
            }
            let flags = ["--key=cosign.pub", "--insecure-ignore-tlog=true", "--signature=file.sig"];
            self.must("cosign", &[&["verify-blob"], &flags[..], &["file"]].concat());
        }
    }
}

#[test]
fn from_a_push_to_a_release_and_back_every_tag_is_where_the_policy_says() {
    let world = World::small();
    world.reviewed("approved");

    let (first, one) = world.build("main", "init", &format!("{WELL}# 1\n"));
    assert_eq!(world.tags(), tags(&[("next", one)]));
    world.test("v1.0.0-test", &first);
    assert_eq!(world.tags(), tags(&[("next", one), ("testing", one)]));
    assert_eq!(world.results(one), [(PASSED, 1)].into());
    world.release("v1.0.0", &first);
    let released = [("stable", one), ("v1.0.0", one)];
    assert_eq!(world.tags(), tags(&[&[("next", one), ("testing", one)], &released[..]].concat()));

    // What does not start gets no further than next, and is not released either.
    let (ill, two) = world.build("main", "init", ILL);
    world.consumer.git(&["tag", "v1.1.0-test", &ill]);
    assert!(!world.on(&Event::Tag("v1.1.0-test"), "testing.yml").succeeded);
    assert_eq!(world.results(two), [(("system/x86_64", "FAILED"), 1)].into());
    world.consumer.git(&["tag", "v1.1.0", &ill]);
    assert!(!world.on(&Event::Tag("v1.1.0"), "stable.yml").succeeded);
    assert_eq!(world.published("v1.1.0/x86_64/disk.raw"), None);
    assert_eq!(world.tags(), tags(&[&[("next", two), ("testing", one)], &released[..]].concat()));

    let (better, three) = world.build("main", "init", &format!("{WELL}# 3\n"));
    world.test("v1.2.0-test", &better);
    world.release("v1.2.0", &better);
    let now = [("next", three), ("testing", three), ("v1.0.0", one), ("v1.2.0", three)];
    assert_eq!(world.tags(), tags(&[&now[..], &[("stable", three)]].concat()));

    // It was not: back. A version stays what it is.
    world.done(&Event::ByHand(json!({ "channel": "stable", "digest": three })), "rollback.yml");
    assert_eq!(world.tags(), tags(&[&now[..], &[("stable", one)]].concat()));

    // What is released is mended, and nothing of what was built since comes along.
    world.consumer.git(&["branch", "hotfix/1.0.1", "v1.0.0"]);
    let (mended, four) = world.build("hotfix/1.0.1", "init", &format!("{WELL}# 4\n"));
    world.test("v1.0.1-test", &mended);
    world.release("v1.0.1", &mended);
    let now = tags(&[
        ("next", four),
        ("testing", four),
        ("stable", four),
        ("v1.0.0", one),
        ("v1.0.1", four),
        ("v1.2.0", three),
    ]);
    assert_eq!(world.tags(), now);
    // Each move is in a record that the key signed: stable three times and back once, testing as often but the last.
    let records = |of| world.verified(of, promotion::PREDICATE_TYPE).len();
    assert_eq!([one, two, three, four].map(records), [3, 0, 2, 2]);

    world.a_year_passes(&now);
}
