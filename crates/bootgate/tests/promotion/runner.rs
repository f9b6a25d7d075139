//! The action as a runner starts it.

use testkit::runner;

use crate::world::{Ran, World};

/// A step of this action with these inputs, in the build of a git tag.
fn step(inputs: &[(&str, &str)]) -> runner::World {
    let tag = runner::World::new()
        .set("GITHUB_REF_TYPE", "tag")
        .set("GITHUB_SHA", "0123abc")
        .set("GITHUB_ACTOR", "alice");
    inputs.iter().fold(tag, |step, (name, value)| step.input(name, value))
}

fn run(world: &World, step: &runner::World) -> Ran {
    world.promotion(&[]).envs(step.vars()).output().unwrap().into()
}

#[test]
fn a_tags_build_promotes_what_was_built_of_its_commit_and_says_so() {
    let world = World::start();
    let digest = world.push("os:sha-0123abc", "one", &[]);
    let before = world.push("os:stable", "zero", &[]);
    let image = format!("{}@{digest}", world.name("os"));
    let inputs = [("image", image.as_str()), ("to", "stable\nv1.2.3"), ("require", "")];
    let done = step(&inputs);
    let ran = run(&world, &done);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let outputs = done.outputs();
    assert_eq!(outputs["digest"], digest.to_string());
    assert_eq!(outputs["previous-digest"], before.to_string());
    assert_eq!(outputs["changed"], "true");
    let record = format!("{}@{}", world.name("os"), outputs["record-digest"]);
    world.must("crane", &["validate", "--remote", &record]);
    let summary = done.summary().unwrap();
    assert!(summary.contains("Promotion: promoted") && summary.contains("stable"), "{summary}");
    assert!(summary.contains(&before.to_string()) && summary.contains("no proof"), "{summary}");
    let again = step(&inputs);
    assert_eq!(run(&world, &again).code, Some(0));
    assert_eq!(again.outputs()["changed"], "false");
}

#[test]
fn a_tags_build_refuses_what_was_built_of_another_commit() {
    let world = World::start();
    let digest = world.push("os:sha-fedcba9", "one", &[]);
    let image = format!("{}@{digest}", world.name("os"));
    let refused = step(&[("image", &image), ("to", "stable")]);
    let ran = run(&world, &refused);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("::error::") && ran.out.contains("0123abc"), "{ran:?}");
    assert!(refused.summary().unwrap().contains("refused, nothing has moved"));
    assert_eq!(world.digest(&world.name("os:stable")), None);
    let any = step(&[("image", &image), ("to", "stable"), ("commit", "any")]);
    assert_eq!(run(&world, &any).code, Some(0));
}
