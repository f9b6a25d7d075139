//! Guests that a command starts.

use std::path::PathBuf;

use testkit::guest;

use crate::kill::{interrupted, machines, mark, moments, soon, start};
use crate::world::{PASS, World};

/// What boots the x86_64 guest in this mode, as a line of shell.
fn qemu(world: &World, mode: &str) -> String {
    let guest = guest("x86_64");
    format!(
        "qemu-system-x86_64 -nographic -no-reboot -m 512M -kernel {} -initrd {} -append \"console=ttyS0 panic=-1 \
         bootgate.mode={mode} {}\"",
        guest.kernel.display(),
        guest.initrd.display(),
        mark(world),
    )
}

/// A spec whose command has make follow this recipe.
fn make(world: &World, recipe: &str, rules: &str) -> PathBuf {
    world.file("Makefile", format!("run:\n\t{recipe}\n"));
    world.file("make.yaml", format!("machine: {{ command: {{ run: make run }} }}\n{rules}"))
}

#[test]
fn a_guest_that_make_boots_passes_and_leaves_the_same_evidence() {
    let world = World::new();
    let ran = world.boot(&make(&world, &qemu(&world, ""), PASS));
    assert_eq!(ran.verdict(), (Some(0), "passed".into()), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.json()["accel_used"].is_null());
    for name in
        ["report.html", "verdict.json", "console.log", "console.cast", "junit.xml", "reproduce.sh"]
    {
        assert!(world.path("bootgate-evidence").join(name).is_file(), "{name} is missing");
    }
}

#[test]
fn a_make_that_fails_after_the_sign_is_not_green() {
    let world = World::new();
    let recipe = format!("{}; echo all is lost; exit 7", qemu(&world, ""));
    let ran = world.boot(&make(&world, &recipe, PASS));
    assert_eq!(ran.verdict(), (Some(1), "failed".into()), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.json()["kind"], "exit");
    assert_eq!(ran.json()["reason"], "the command exited with status 2");
}

#[test]
fn a_panic_after_the_sign_is_a_crash_whatever_make_says() {
    let world = World::new();
    let recipe = format!("{}; exit 0", qemu(&world, "panic"));
    let ran = world.boot(&make(&world, &recipe, PASS));
    assert_eq!(ran.verdict(), (Some(1), "crashed".into()), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_program_that_is_not_there_exits_2() {
    let world = World::new();
    let machine = "machine: { command: { run: [no-such-program] } }";
    let ran = world.boot(&world.file("a.yaml", format!("{machine}\n{PASS}")));
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("`no-such-program`"), "{}", ran.stderr);
}

#[test]
fn a_plan_shows_the_command_and_starts_nothing() {
    let world = World::new();
    let spec = make(&world, "touch started", PASS);
    let ran = world.run(&["run-vm-test", "--dry-run", "--spec", &spec.to_string_lossy()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("make run") && !world.path("started").exists(), "{}", ran.stdout);
}

/// Kills runs of this spec outright at random moments; how often a machine ran by then.
fn kill_at_random_moments(world: &World, spec: &str) -> usize {
    let mut seen = 0;
    for (round, moment) in moments(world, spec, 10).enumerate() {
        let mut child = start(world, spec);
        std::thread::sleep(moment);
        seen += machines(world);
        child.kill().expect("SIGKILL");
        child.wait().expect("it is gone");
        assert!(soon(|| machines(world) == 0), "round {round}: a machine is left");
    }
    seen
}

#[test]
fn sigkill_leaves_no_machine_that_a_shell_started() {
    let world = World::new();
    world.file("run.sh", format!("{}; true\n", qemu(&world, "hang")));
    let machine = "machine: { command: { run: [sh, run.sh] } }";
    let spec = world.file("a.yaml", format!("{machine}\n{PASS}"));
    assert!(kill_at_random_moments(&world, &spec.to_string_lossy()) > 3, "nothing ran yet");
}

#[test]
fn sigkill_leaves_no_machine_that_make_started() {
    let world = World::new();
    let spec = make(&world, &format!("{}; true", qemu(&world, "hang")), PASS);
    assert!(kill_at_random_moments(&world, &spec.to_string_lossy()) > 3, "nothing ran yet");
}

#[test]
fn ctrl_c_ends_the_machine_that_make_started() {
    let world = World::new();
    let spec = make(&world, &format!("{}; true", qemu(&world, "hang")), PASS);
    let _ran = interrupted(&world, &spec.to_string_lossy());
}
