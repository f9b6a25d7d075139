//! A test without a spec file, and inputs that take precedence over one.

use testkit::guest;

use crate::world::{PASS, World};

#[test]
fn a_kernel_with_a_pattern_is_a_test_and_its_architecture_is_read_from_it() {
    let world = World::new();
    let guest = guest("riscv64");
    let [kernel, initrd] =
        [guest.kernel, guest.initrd].map(|path| path.to_string_lossy().into_owned());
    let ran = world.run(&[
        "run-vm-test",
        "--json",
        "--kernel",
        &kernel,
        "--initrd",
        &initrd,
        "--append",
        "console=ttyS0",
        "--pass",
        "^ALL TESTS PASSED$",
        "--timeout",
        "2m",
    ]);
    assert_eq!(ran.verdict(), (Some(0), "passed".into()), "{}", ran.stderr);
    assert!(ran.json()["command"][0] == "qemu-system-riscv64");
}

#[test]
fn inputs_take_the_place_of_what_the_spec_says() {
    let world = World::new();
    world.file("other", std::fs::read(guest("x86_64").kernel).expect("a kernel"));
    let spec = world.spec("", PASS);
    let spec = spec.to_string_lossy();
    let changed =
        ["--kernel", "other", "--append", "quiet", "--image", "disk.qcow2", "--accel", "tcg"];
    world.file("disk.qcow2", "");
    let ran = world.run(&[&["run-vm-test", "--dry-run", "--spec", &spec], &changed[..]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("-kernel other ") && ran.stdout.contains("-append quiet"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("format=qcow2") && ran.stdout.contains("disk.qcow2"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_sign_given_on_the_command_line_replaces_the_specs() {
    let world = World::new();
    world.file("clean.log", "ready\n");
    let spec = world.spec("bootgate.mode=silent", PASS);
    let spec = spec.to_string_lossy();
    let ran = world.run(&[
        "run-vm-test",
        "--json",
        "--spec",
        &spec,
        "--pass",
        "Run /init as init process",
    ]);
    assert_eq!(ran.verdict(), (Some(0), "passed".into()), "{}", ran.stdout);
}

#[test]
fn inputs_that_make_no_test_are_mistakes_with_a_next_step() {
    let world = World::new();
    let kernel = guest("x86_64").kernel;
    let kernel = kernel.to_string_lossy();
    let spec = world.spec("", PASS);
    let spec = spec.to_string_lossy();
    for (arguments, wanted) in [
        (vec!["run-vm-test"], "nothing was given to boot"),
        (
            vec!["run-vm-test", "--kernel", &kernel],
            "nothing in this spec can prove that the guest passed",
        ),
        (vec!["run-vm-test", "--kernel", &kernel, "--command", "true"], "cannot be used with"),
        (vec!["run-vm-test", "--spec", &spec, "--command", "true"], "both a spec and a command"),
        (vec!["run-vm-test", "--spec", &spec, "--pass", "("], "the pattern `(` cannot be used"),
        (vec!["run-vm-test", "--spec", &spec, "--timeout", "5"], "invalid value '5'"),
        (vec!["run-vm-test", "--spec", &spec, "--arch", "z80"], "z80"),
    ] {
        let ran = world.run(&arguments);
        assert!(
            ran.code == Some(2) && ran.stderr.contains(wanted),
            "{arguments:?}: {:?} {}",
            ran.code,
            ran.stderr
        );
    }
}

#[test]
fn a_plan_tells_how_long_all_tries_take_at_worst() {
    let world = World::new();
    let told = |rules: &str, more: &[&str]| {
        let machine = "machine: { command: { run: \"true\" } }\npass: x\nlimits: { total: 3m }\n";
        let spec = world.file("a.yaml", format!("{machine}{rules}"));
        let spec = spec.to_string_lossy().into_owned();
        let ran = world.run(&[&["run-vm-test", "--dry-run", "--spec", &spec], more].concat());
        ran.stdout.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(told("", &[]), "# at most 3m");
    assert_eq!(told("retries: 2\n", &[]), "# at most 3 tries of 3m, 9m in all");
    assert_eq!(told("retries: 2\n", &["--repeat", "20"]), "# at most 20 tries of 3m, 1h in all");
    assert_eq!(told("repeat: 20\n", &["--retry", "1"]), "# at most 2 tries of 3m, 6m in all");
}
