//! The example's own system, as large as it is, asked over SSH by the example's own boot test.

use testkit::os;

use crate::looks::tags;
use crate::world::World;

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
