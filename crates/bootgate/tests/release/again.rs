//! Runs that a server ends in the middle, and the same runs once more: what comes of them is what comes of one that nothing
//! disturbed.

use promotion::PREDICATE_TYPE;
use serde_json::json;
use testkit::act::Event;
use testkit::line::Line;

use crate::looks::tags;
use crate::world::{WELL, World};

/// What a manifest says whose artifact holds a signed statement.
const SIGNED: &str = "application/vnd.dev.sigstore.bundle";

impl World {
    /// Runs a workflow once for each of these requests, from which on a server refuses everything, and then undisturbed. A
    /// run that failed has left each tag where it was or brought it where it shall be.
    fn again(&self, event: &Event<'_>, workflow: &str, points: &[(&Line, &str)]) {
        let before = self.all_tags();
        let ends = points.iter().map(|(line, text)| {
            line.refuse_from(text);
            let run = self.on(event, workflow);
            assert!(line.mend(), "{workflow} has never asked for `{text}`: {run:?}");
            assert!(!run.succeeded, "{workflow} without `{text}`: {run:?}");
            (text, self.all_tags())
        });
        let ends: Vec<_> = ends.collect();
        self.done(event, workflow);
        let after = self.all_tags();
        for (text, tags) in ends {
            for (tag, image) in tags {
                let may_be = [before.get(&tag), after.get(&tag)];
                assert!(may_be.contains(&Some(&image)), "{workflow} without `{text}`: {tag}");
            }
        }
    }
}

#[test]
#[ignore = "slow"]
fn whatever_fails_on_the_way_to_a_release_the_same_runs_lead_to_it() {
    let world = World::small();
    world.reviewed("approved");
    let commit = world.commit("main", "init", &format!("{WELL}# 1\n"));
    for tag in ["v1.0.0-test", "v1.0.0"] {
        world.consumer.git(&["tag", tag, &commit]);
    }
    let (registry, store, github) = (&world.line, &world.store_line, &world.api_line);
    world.again(
        &Event::Branch("main"),
        "next.yml",
        &[
            (registry, "POST /v2/os/blobs/uploads/"),
            (registry, "PUT /v2/os/manifests/sha-"),
            (registry, "PUT /v2/os/manifests/next"),
        ],
    );
    let image = world.built(&commit);
    assert_eq!(world.tags(), tags(&[("next", image)]));
    world.again(
        &Event::Tag("v1.0.0-test"),
        "testing.yml",
        &[
            (registry, "application/vnd.bootgate.disk.v1"),
            (registry, "PUT /v2/os/manifests/sha256-"),
            (registry, SIGNED),
            (registry, "PUT /v2/os/manifests/testing"),
        ],
    );
    assert_eq!(world.tags(), tags(&[("next", image), ("testing", image)]));
    world.again(
        &Event::Tag("v1.0.0"),
        "stable.yml",
        &[
            (store, "PUT /images/os/v1.0.0/x86_64/kernel"),
            (store, "PUT /images/os/v1.0.0/x86_64/SHA256SUMS"),
            (registry, SIGNED),
            (github, "GET /repos/octo/kernel/actions/runs/1/approvals"),
            (registry, "PUT /v2/os/manifests/stable"),
        ],
    );
    let all = ["next", "testing", "stable", "v1.0.0"].map(|tag| (tag, image));
    assert_eq!(world.tags(), tags(&all));
    world.is_published("v1.0.0", image);
    assert_eq!(world.verified(image, PREDICATE_TYPE).len(), 2);
}

#[test]
fn a_way_back_that_failed_is_gone_by_the_same_run_and_no_further() {
    let world = World::small();
    let images = ["1", "2", "3"].map(|text| {
        let (_, image) = world.build("main", "init", text);
        let name = format!("{}@{image}", world.image());
        world.promote(&["--image", &name, "--to", "stable", "--signing-key", "cosign.key"]);
        image
    });
    let [_, two, three] = images;
    assert_eq!(world.tags(), tags(&[("next", three), ("stable", three)]));
    let back = Event::ByHand(json!({ "channel": "stable", "digest": three }));
    let points = ["PUT /v2/os/manifests/stable", SIGNED].map(|text| (&world.line, text));
    world.again(&back, "rollback.yml", &points);
    world.done(&back, "rollback.yml");
    assert_eq!(world.tags(), tags(&[("next", three), ("stable", two)]));
    // How it came there the first time, and back.
    assert_eq!(world.verified(two, PREDICATE_TYPE).len(), 2);
}
