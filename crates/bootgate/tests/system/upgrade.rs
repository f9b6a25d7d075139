//! From one image to the next on a running system, and back.

use serde_json::Value;

use crate::world::{Entry, World, layer};

/// What brings the next version: it keeps what it replaces.
const UPDATE: &str = "#!/bin/sh
set -e
tar -C / -cf /var/before.tar etc/os-release etc/systemd/system
tar -C / -xf /dev/vdb
";
const BACK: &str = "#!/bin/sh
set -e
rm -rf /etc/systemd/system
tar -C / -xf /var/before.tar
";

/// What people copy.
const SPEC: &str = include_str!("../../../../examples/os-image/upgrade.yaml");

fn upgraded(candidate: &[Entry<'_>]) -> (Option<i32>, Value) {
    let world = World::start();
    let scripts = [Entry::File("usr/bin/update", UPDATE), Entry::File("usr/bin/back", BACK)];
    world.disk(world.push("stable", &scripts), &[]);
    layer(&world.path("candidate.tar"), candidate);
    let (ran, verdict) = world.test(&world.spec("upgrade.yaml", SPEC), &[]);
    eprintln!("{} ms: {}", verdict["duration_ms"], verdict["title"]);
    (ran.code, verdict)
}

#[test]
fn an_upgrade_is_checked_after_its_reboot_and_so_is_the_way_back() {
    let release = Entry::File("etc/os-release", "ID=debian\nVERSION_ID=13\n");
    let (code, verdict) = upgraded(&[release]);
    assert_eq!((code, &verdict["verdict"]), (Some(0), &Value::from("passed")), "{verdict}");
    assert_eq!(verdict["boots"], 3);
}

#[test]
fn a_bad_upgrade_is_a_failure_after_the_upgrade() {
    let release = Entry::File("etc/os-release", "ID=debian\nVERSION_ID=13\n");
    let unit = "[Service]\nType=oneshot\nExecStart=/bin/false\n";
    let link = "etc/systemd/system/multi-user.target.wants/worse.service";
    let (code, verdict) = upgraded(&[
        release,
        Entry::File("etc/systemd/system/worse.service", unit),
        Entry::Link(link, "/etc/systemd/system/worse.service"),
    ]);
    assert_eq!((code, &verdict["verdict"]), (Some(1), &Value::from("failed")), "{verdict}");
    let title = verdict["title"].as_str().unwrap();
    assert!(title.contains("after the upgrade") && title.contains("`worse.service`"), "{title}");
}
