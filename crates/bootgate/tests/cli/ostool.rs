//! Configurations of ostool's, on real guests.

use testkit::guest;

use crate::world::{Ran, World};

/// Boots the guest of an architecture by a configuration in which `{initrd}` stands for its initramfs.
fn boot(world: &World, arch: &str, configuration: &str) -> Ran {
    let guest = guest(arch);
    let text = configuration.replace("{initrd}", &guest.initrd.to_string_lossy());
    world.file(&format!("qemu-{arch}.toml"), text);
    let [spec, kernel] = [format!("qemu-{arch}.toml"), guest.kernel.to_string_lossy().into_owned()];
    world.run(&["run-vm-test", "--json", "--spec", &spec, "--kernel", &kernel])
}

fn notes(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let notes = json["notes"].as_array().cloned().unwrap_or_default();
    notes.iter().filter_map(|note| Some(note.as_str()?.to_owned())).collect()
}

const OF_0_8: &str = r#"
args = ["-nographic", "-machine", "q35", "-m", "512M", "-smp", "1", "-accel", "tcg",
  "-initrd", "{initrd}", "-append", "console=ttyS0 panic=-1 bootgate.mode="]
success_regex = ["Hello, world!", "ALL TESTS PASSED"]
fail_regex = ["panicked at"]
to_bin = true
uefi = false
"#;

#[test]
fn a_configuration_of_ostool_0_8_boots_and_passes() {
    let ran = boot(&World::new(), "x86_64", OF_0_8);
    assert_eq!(ran.verdict(), (Some(0), "passed".into()), "{}{}", ran.stdout, ran.stderr);
    let notes = notes(&ran);
    let wanted = [
        "read as a configuration of ostool 0.8",
        "left out of QEMU's arguments, because bootgate sees to it: `-nographic`",
        "no `timeout`: the whole run may take 5 minutes",
        "no-timeout on line 1: ",
    ];
    assert!(wanted.iter().zip(&notes).all(|(wanted, note)| note.starts_with(wanted)), "{notes:?}");
}

#[test]
fn a_panic_after_the_text_of_ostool_0_8_is_a_crash() {
    let ran = boot(&World::new(), "x86_64", &OF_0_8.replace("mode=", "mode=panic"));
    assert_eq!(ran.verdict(), (Some(1), "crashed".into()), "{}{}", ran.stdout, ran.stderr);
}

const OF_0_24: &str = r#"
args = ["-nographic", "-cpu", "cortex-a72", "-machine", "virt,virtualization=on,gic-version=3", "-smp", "2", "-m", "1g",
  "-initrd", "{initrd}", "-append", "console=ttyAMA0 bootgate.mode=shell"]
success_regex = ["(?m)^guest test pass!\\s*$"]
fail_regex = ["(?i)\\bpanic(?:ked)?\\b"]
shell_prefix = "~ #"
shell_init_cmd = "pwd && echo 'guest test pass!'; poweroff -f"
timeout = 120
uefi = false
"#;

#[test]
fn a_configuration_of_ostool_0_24_types_and_passes() {
    let ran = boot(&World::new(), "aarch64", OF_0_24);
    assert_eq!(ran.verdict(), (Some(0), "passed".into()), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn the_echo_of_what_ostool_0_24_types_is_no_success() {
    let silent = OF_0_24.replace("(?m)^", "").replace("\\\\s*$", "").replace("echo '", "true '");
    let ran = boot(&World::new(), "aarch64", &silent);
    assert_eq!(ran.verdict(), (Some(1), "incomplete".into()), "{}{}", ran.stdout, ran.stderr);
    let notes = notes(&ran);
    assert!(
        notes.iter().any(|note| note.starts_with("pass-text-in-typed on line 4: ")),
        "{notes:?}"
    );
}

const OF_0_31: &str = r#"
args = ["-nographic", "-machine", "virt", "-m", "512M"]
fail_regex = ["(?i)kernel panic"]
timeout = 120
uefi = false
initramfs = "{initrd}"
cmdline = "console=ttyS0 panic=-1 bootgate.mode=shell"

[[shell_check_steps]]
success_regex = ["^never", "Run /init as init process"]

[[shell_check_steps]]
shell_prefix = "~ #"
shell_cmd = "ls /proc/version"
success_regex = ['(?m)^/proc/version\r?\n', 'proc is not there']
fail_regex = ["No such file or directory"]
timeout = 60

[[shell_check_steps]]
shell_cmd = "echo all\" is well\"; poweroff -f"
success_regex = ["^all is well"]
"#;

#[test]
fn a_configuration_of_ostool_0_31_goes_step_by_step_and_passes() {
    let ran = boot(&World::new(), "riscv64", OF_0_31);
    assert_eq!(ran.verdict(), (Some(0), "passed".into()), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.json()["steps"].as_array().map(Vec::len), Some(7));
}

#[test]
fn the_fail_text_of_a_step_of_ostool_0_31_fails() {
    let ran = boot(&World::new(), "riscv64", &OF_0_31.replace("ls /proc/version", "ls /nowhere"));
    assert_eq!(ran.verdict(), (Some(1), "failed".into()), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn what_a_configuration_lacks_is_asked_for() {
    let world = World::new();
    let no_success = "args = []\nsuccess_regex = []\n";
    world.file("aarch64.toml", no_success);
    world.file("qemu.toml", no_success);
    world.file("build.toml", "vm_configs = []\n");
    world.file("kernel", "");
    for (arguments, wanted) in [
        (&["aarch64.toml"][..], "give `--kernel FILE`"),
        (&["aarch64.toml", "--kernel", "kernel"], "give `--pass PATTERN`"),
        (&["qemu.toml", "--kernel", "kernel"], "give `--arch`"),
        (&["build.toml", "--kernel", "kernel"], "name the QEMU configuration"),
        (&["nowhere.toml"], "cannot read `nowhere.toml`: there is no"),
    ] {
        let ran = world.run(&[&["run-vm-test", "--spec"], arguments].concat());
        assert!(
            ran.code == Some(2) && ran.stderr.contains(wanted),
            "{:?} {}",
            ran.code,
            ran.stderr
        );
    }
}
