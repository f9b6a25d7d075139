//! Images that are bad, each with its verdict and reason.

use std::fs;

use serde_json::Value;

use crate::world::{Entry, Ran, World};

/// The machine of the example.
const SPEC: &str = include_str!("../../../../examples/os-image/system.yaml");

fn tested(over: &[Entry<'_>], access: &str) -> (World, Ran, Value) {
    let world = World::start();
    world.disk(world.push("next", over), &[]);
    let (machine, _) = SPEC.split_once("access:").unwrap();
    let rest = "steps: [{ units-active: [ssh] }, { units-failed: none }]\nlimits: { total: 15m }\n";
    let spec = world.spec("system.yaml", &format!("{machine}access: {access}\n{rest}"));
    let (ran, verdict) = world.test(&spec, &[]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    (world, ran, verdict)
}

/// A service that is started with the system.
fn enabled(unit: &str) -> [Entry<'_>; 2] {
    let wanted = "etc/systemd/system/sysinit.target.wants/broken.service";
    [
        Entry::File("etc/systemd/system/broken.service", unit),
        Entry::Link(wanted, "/etc/systemd/system/broken.service"),
    ]
}

fn collected(world: &World, name: &str) -> String {
    let path = world.path("system.evidence/collected").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_masked_ssh_server_is_a_failure_that_names_the_unit() {
    let masked = [Entry::Link("etc/systemd/system/ssh.service", "/dev/null")];
    let (_world, ran, verdict) = tested(&masked, "guest-agent");
    assert_eq!(verdict["verdict"], "failed", "{ran:?}");
    let title = verdict["title"].as_str().unwrap();
    assert!(title.contains("`ssh.service`") && title.contains("masked"), "{title}");
}

#[test]
fn a_unit_that_crashes_is_a_failure_with_its_journal_and_core() {
    let unit =
        "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo about to crash; kill -SEGV $$$$'\n";
    let (world, ran, verdict) = tested(&enabled(unit), "ssh");
    assert_eq!(verdict["verdict"], "failed", "{ran:?}");
    assert!(verdict["title"].as_str().unwrap().contains("`broken.service`"), "{verdict}");
    assert!(collected(&world, "journal.txt").contains("about to crash"));
    assert!(collected(&world, "failed-units.txt").contains("broken.service"));
    let cores = fs::read_dir(world.path("system.evidence/collected/coredumps")).unwrap();
    assert!(cores.count() > 0, "{verdict}");
}

#[test]
fn a_kernel_that_panics_after_ten_seconds_is_a_crash_and_no_lost_connection() {
    let unit = "[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=/bin/sh -c 'sleep 10; echo c > /proc/sysrq-trigger'\n";
    let (_world, ran, verdict) = tested(&enabled(unit), "ssh");
    assert_eq!(verdict["verdict"], "crashed", "{ran:?}");
    assert!(verdict["title"].as_str().unwrap().contains("sysrq"), "{verdict}");
}

#[test]
fn an_image_without_a_kernel_becomes_no_disk() {
    let world = World::start();
    let whiteout = "boot/.wh..wh..opq";
    let digest = world.push("next", &[Entry::File(whiteout, "")]);
    let image = format!("{}@{digest}", world.name("os"));
    let folder = world.path("out");
    let ran = world.bootgate(&[
        "build-disk-image",
        "--image",
        &image,
        "--output-path",
        folder.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("kernel") && !folder.exists(), "{ran:?}");
}
