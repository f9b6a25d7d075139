//! The moves of docs/migrating.md between tags, made: what skopeo does, and what comes in its place.

use evidence::{Outcome, find};
use testkit::Ran;

use crate::world::World;

const PAGE: &str = include_str!("../../../../docs/migrating.md");

/// The lines of the page that begin so, behind a heading, with this world's names.
fn lines(world: &World, heading: &str, start: &str) -> Vec<Vec<String>> {
    let (_, section) = PAGE.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap().replace("\\\n", "");
    let lines = section.lines().filter(|line| line.starts_with(start));
    let named = |line: &str| {
        let line = line.replace("ghcr.io/me", world.registry.host());
        line.replace("cosign.pub", &world.path("ours.pub"))
            .replace("cosign.key", &world.path("ours.key"))
    };
    lines.map(|line| named(line).split_whitespace().skip(1).map(str::to_owned).collect()).collect()
}

fn skopeo(world: &World) {
    for line in lines(world, "From skopeo copy", "skopeo copy ") {
        let plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
        let words: Vec<&str> = line.iter().map(String::as_str).chain(plain).collect();
        world.must("skopeo", &words);
    }
}

/// The one command of ours behind a heading, about this digest where it names one.
fn ours(world: &World, heading: &str, digest: &str) -> Ran {
    let lines = lines(world, heading, "bootgate ");
    let [line] = &lines[..] else { panic!("{lines:?}") };
    let words: Vec<String> = line.iter().map(|word| word.replace("sha256:4f1c…", digest)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    world.bootgate(&words).output().unwrap().into()
}

#[test]
fn an_image_that_nobody_tested_is_released_by_skopeo_and_refused_in_its_place() {
    let world = World::start();
    let digest = world.push("os:testing", "one", &[]);
    let older = world.push("os:stable", "zero", &[]);
    let refused = ours(&world, "From skopeo copy", "");
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert_eq!(world.digest(&world.name("os:stable")), Some(older));
    skopeo(&world);
    assert_eq!(world.digest(&world.name("os:stable")), Some(digest));
}

#[test]
fn what_skopeo_leaves_behind_goes_along() {
    let world = World::start();
    let digest = world.push("os:testing", "one", &[]);
    world.attest("os", digest, "smoke/x86_64", Outcome::Passed, Some("ours"));
    let results = || find(&world.repository("released"), digest).unwrap().len();
    skopeo(&world);
    assert_eq!((world.digest(&world.name("released:stable")), results()), (Some(digest), 0));
    let moved = ours(&world, "From skopeo copy", "");
    assert_eq!(moved.code, Some(0), "{moved:?}");
    assert!(results() >= 1, "{moved:?}");
    for tag in ["os:stable", "released:stable"] {
        assert_eq!(world.digest(&world.name(tag)), Some(digest), "{tag}");
    }
}

#[test]
fn one_platform_of_an_index_is_what_skopeo_copies() {
    let world = World::start();
    let (index, parts) = world.push_index("os:testing");
    skopeo(&world);
    let copied = world.digest(&world.name("os:stable")).unwrap();
    assert!(copied != index && parts.contains(&copied), "skopeo has learned something");
}

#[test]
fn what_a_manifest_of_kpromo_says_is_one_command() {
    let world = World::start();
    let digest = world.push("staging/os:build", "one", &[]);
    world.attest("staging/os", digest, "smoke/x86_64", Outcome::Passed, Some("ours"));
    let run = || ours(&world, "From kpromo", &digest.to_string());
    for ran in [run(), run()] {
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    for tag in ["prod/os:v1.2.3", "prod/os:stable"] {
        assert_eq!(world.digest(&world.name(tag)), Some(digest), "{tag}");
    }
    assert_eq!(world.records("prod/os", digest).len(), 1);
}
