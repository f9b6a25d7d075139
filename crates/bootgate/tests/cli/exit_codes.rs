//! 0 passed, 1 the guest's fault, 2 the user's, 3 nobody's. Nothing else.

use crate::world::{PASS, World};

fn came_to(mode: &str, rules: &str) -> (Option<i32>, String) {
    let world = World::new();
    world.boot(&world.spec(mode, rules)).verdict()
}

#[test]
fn a_guest_that_passes_exits_0() {
    assert_eq!(came_to("", PASS), (Some(0), "passed".into()));
}

#[test]
fn a_guest_that_panics_after_its_sign_exits_1() {
    assert_eq!(came_to("bootgate.mode=panic", PASS), (Some(1), "crashed".into()));
}

#[test]
fn a_guest_that_prints_a_forbidden_text_exits_1() {
    let rules = format!("{PASS}fail: \"TEST FAILED\"\n");
    assert_eq!(came_to("bootgate.mode=fail", &rules), (Some(1), "failed".into()));
}

#[test]
fn a_guest_that_hangs_exits_1_and_its_stage_is_named() {
    let world = World::new();
    let rules = "pass: \"^ALL TESTS PASSED$\"\nlimits: { total: 2m, silence: 12s }\n";
    let ran = world.boot(&world.spec("bootgate.mode=hang", rules));
    assert_eq!(ran.verdict(), (Some(1), "hung".into()));
    assert_eq!(ran.json()["stage"], "init");
    let evidence = world.path("bootgate-evidence");
    let registers = std::fs::read_to_string(evidence.join("registers.txt")).expect("an autopsy");
    assert!(registers.contains("RIP="), "{registers}");
}

#[test]
fn a_guest_that_ends_without_its_sign_exits_1() {
    assert_eq!(came_to("bootgate.mode=silent", PASS), (Some(1), "incomplete".into()));
}

#[test]
fn a_spec_with_a_mistake_exits_2_at_its_place_with_a_suggestion() {
    let world = World::new();
    let ran = world.boot(&world.spec("", "pass: ok\nlimits: { totl: 1m }\n"));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("x86_64.yaml:9:11: unknown key `totl`"), "{}", ran.stderr);
    assert!(ran.stderr.contains("did you mean `total`?"), "{}", ran.stderr);
}

#[test]
fn a_command_line_with_a_mistake_exits_2() {
    let world = World::new();
    assert_eq!(world.run(&["run-vm-test", "--spec"]).code, Some(2));
    assert_eq!(world.run(&["run-vm-tset"]).code, Some(2));
    assert_eq!(world.run(&["--help"]).code, Some(0));
}

#[test]
fn a_host_without_qemu_exits_3_and_says_what_to_install() {
    let world = World::new();
    let spec = world.spec("", PASS);
    let spec = spec.to_string_lossy();
    let mut command = world.command(&["run-vm-test", "--json", "--spec", &spec]);
    let ran = crate::world::Ran::of(
        command.env("PATH", "/nowhere").output().expect("the program starts"),
    );
    assert_eq!(ran.verdict(), (Some(3), "infrastructure".into()));
    assert!(
        ran.json()["hint"]
            .as_str()
            .is_some_and(|hint| hint.contains("apt-get install qemu-system-x86"))
    );
}

#[test]
fn a_host_that_does_not_offer_what_is_required_is_unfit_or_skipped() {
    let world = World::new();
    let fails = world.spec("", "");
    let text = std::fs::read_to_string(&fails)
        .expect("a spec")
        .replace("    accel: tcg\n", "    binary: ./qemu\n");
    // Not a QEMU that any host could prove KVM with.
    let qemu = world.file("qemu", "#!/bin/sh\necho 'no such machine' >&2\nexit 1\n");
    std::fs::set_permissions(&qemu, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("a program");
    let fails = world.file("fails.yaml", format!("{text}  requires: [kvm]\n{PASS}"));
    let skips = world.file("skips.yaml", format!("{text}  requires: [kvm]\n  unfit: skip\n{PASS}"));
    assert_eq!(world.boot(&fails).code, Some(3));
    let skipped = world.boot(&skips);
    assert_eq!((skipped.code, skipped.json()["verdict"].is_null()), (Some(0), true));
}
