//! `bootgate judge`: consoles that were recorded.

use crate::world::World;

const PANIC: &str = "[    1.000000] Kernel panic - not syncing: no init\r\n";

#[test]
fn a_console_with_a_crash_is_crashed_and_one_without_is_incomplete() {
    let world = World::new();
    world.file("crash.log", format!("booting\r\n{PANIC}"));
    world.file("clean.log", "booting\r\n");
    assert_eq!(world.run(&["judge", "--json", "crash.log"]).verdict(), (Some(1), "crashed".into()));
    assert_eq!(
        world.run(&["judge", "--json", "clean.log"]).verdict(),
        (Some(1), "incomplete".into())
    );
}

#[test]
fn a_spec_makes_a_recorded_console_pass_or_fail() {
    let world = World::new();
    let rules = "steps:\n  - expect: \"login: $\"\n  - send: \"root\\n\"\n  - run: uname -r\npass: \"^done$\"\nfail: bad\n";
    world.file(
        "spec.yaml",
        format!("machine:\n  qemu: {{ arch: x86_64, kernel: vmlinuz }}\n{rules}"),
    );
    let console = "guest login: root\r\n~ # uname -r; echo bootgate:00112233445566aa:2:$?\r\n6.1.0\r\n\
                   bootgate:00112233445566aa:2:0\r\ndone\r\n";
    world.file("good.log", console);
    world.file("bad.log", format!("{console}bad\r\n"));
    world.file("status.log", console.replace(":2:0", ":2:1"));
    let judged = |log: &str| world.run(&["judge", "--json", "--spec", "spec.yaml", log]).verdict();
    assert_eq!(judged("good.log"), (Some(0), "passed".into()));
    assert_eq!(judged("bad.log"), (Some(1), "failed".into()));
    assert_eq!(judged("status.log"), (Some(1), "failed".into()));
}

#[test]
fn a_configuration_of_ostools_judges_a_recorded_console() {
    let world = World::new();
    let rules =
        "success_regex = ['guest test pass!', 'all is well']\nfail_regex = ['permission denied']\n";
    world.file("qemu.toml", format!("args = ['-nographic']\n{rules}"));
    world.file("good.log", "booting\r\nguest test pass!\r\n");
    world.file("bad.log", "permission denied\r\nguest test pass!\r\n");
    let judged = |log: &str| world.run(&["judge", "--json", "--spec", "qemu.toml", log]).verdict();
    assert_eq!(judged("good.log"), (Some(0), "passed".into()));
    assert_eq!(judged("bad.log"), (Some(1), "failed".into()));
}

#[test]
fn a_console_that_is_not_there_is_the_users_mistake() {
    let ran = World::new().run(&["judge", "nowhere.log"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("nowhere.log"));
}

#[test]
fn what_a_console_says_cannot_act_on_the_terminal() {
    let world = World::new();
    world.file(
        "evil.log",
        "\x1b]0;owned\x07\x1b[2JKernel panic - not syncing: \u{9b}31m\x1b[31mred\r\n",
    );
    let ran = world.run(&["judge", "evil.log"]);
    assert!(ran.stdout.contains("red"));
    assert!(!ran.stdout.contains(['\x1b', '\u{9b}', '\x07']), "{:?}", ran.stdout);
}
