//! From one image to the next on a running system, and back.

use serde_json::Value;

use crate::world::{Entry, World};

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

fn upgraded(candidate: &[Entry<'_>]) -> (World, Option<i32>, Value) {
    let world = World::start();
    let disk = world.disk(
        world.push(
            "stable",
            &[Entry::File("usr/bin/update", UPDATE), Entry::File("usr/bin/back", BACK)],
        ),
        &[],
    );
    world.push("candidate", candidate);
    let candidate = world.path("candidate.tar");
    let machine = format!("      - {{ file: {}, format: raw }}\n", candidate.display());
    let spec = world.spec(
        "upgrade",
        &disk,
        &machine,
        "access: ssh
steps:
  - units-active: [ssh]
  - upgrade:
      run: update
      check:
        - run: { command: cat /etc/os-release, stdout: \"^VERSION_ID=13$\" }
        - units-failed: none
      back: back
limits: { total: 10m }
",
    );
    let (ran, verdict) = world.test(&spec, &[]);
    eprintln!("{}", verdict["duration_ms"]);
    (world, ran.code, verdict)
}

#[test]
fn an_upgrade_is_checked_after_its_reboot_and_so_is_the_way_back() {
    let release = Entry::File("etc/os-release", "ID=debian\nVERSION_ID=13\n");
    let (_world, code, verdict) = upgraded(&[release]);
    assert_eq!((code, &verdict["verdict"]), (Some(0), &Value::from("passed")), "{verdict}");
    assert_eq!(verdict["boots"], 3);
}

#[test]
fn a_bad_upgrade_is_a_failure_after_the_upgrade() {
    let release = Entry::File("etc/os-release", "ID=debian\nVERSION_ID=13\n");
    let unit = "[Service]\nType=oneshot\nExecStart=/bin/false\n";
    let link = "etc/systemd/system/multi-user.target.wants/worse.service";
    let (_world, code, verdict) = upgraded(&[
        release,
        Entry::File("etc/systemd/system/worse.service", unit),
        Entry::Link(link, "/etc/systemd/system/worse.service"),
    ]);
    assert_eq!((code, &verdict["verdict"]), (Some(1), &Value::from("failed")), "{verdict}");
    let title = verdict["title"].as_str().unwrap();
    assert!(title.contains("after the upgrade") && title.contains("`worse.service`"), "{title}");
}
