//! The example's own system, as large as it is, asked over SSH by the example's own boot test.

use std::process::Command;

use testkit::{Ran, os};

use crate::looks::tags;
use crate::world::World;

#[test]
fn the_policy_and_the_boot_test_of_the_example_have_no_hazards() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/bootc-release");
    for (check, file) in [("policy", "bootgate.yaml"), ("spec", "system.yaml")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
        command.args([check, "check", file]).current_dir(example).env_remove("GITHUB_ACTIONS");
        let ran = Ran::from(command.output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{file}: {ran:?}");
    }
}

#[test]
#[ignore = "slow"]
fn a_whole_debian_is_built_asked_over_ssh_and_released() {
    // There is no network to install it from; what is installed already is the same.
    let build = format!("#!/bin/sh\ncp {} root.tar\n", os().tar.display());
    let world = World::with(|consumer| consumer.file("build.sh", &build));
    world.reviewed("approved");
    let (commit, image) = world.build("main", "README.md", "ours");
    world.test("v1.0.0-test", &commit);
    world.release("v1.0.0", &commit);
    let all = ["next", "testing", "stable", "v1.0.0"].map(|tag| (tag, image));
    assert_eq!(world.tags(), tags(&all));
}
