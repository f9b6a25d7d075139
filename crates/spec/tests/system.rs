//! Steps that are asked inside the guest: what they are written like, and what is wrong with them.

mod mistake;

use std::path::Path;
use std::time::Duration;

use mistake::check_rest;
use spec::{Action, Limit, Machine, Phase, Run, Spec, System};

fn parsed(rest: &str) -> Spec {
    let text = format!("machine: {{ qemu: {{ arch: x86_64, kernel: k }} }}\n{rest}");
    spec::parse(&text, Path::new("s.yaml")).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn asked(step: &str) -> System {
    match parsed(&format!("access: ssh\nsteps:\n- {step}\n- run: x\n")).steps.remove(0).action {
        Action::Ask(system) => system,
        other => panic!("{other:?}"),
    }
}

fn run(command: &str) -> System {
    System::Run(Run { command: command.into(), stdout: None, status: 0 })
}

#[test]
fn every_step_is_read_and_described() {
    for (step, words) in [
        ("run: uname -r", "run `uname -r`"),
        ("run: { command: \"cat /x\", stdout: \"^a$\", status: 3 }", "run `cat /x`"),
        ("units-active: [ssh, foo.timer]", "units-active `ssh.service`, `foo.timer`"),
        ("units-active: ssh", "units-active `ssh.service`"),
        ("units-failed: none", "units-failed none"),
        ("units-failed: { allow: [foo] }", "units-failed none but `foo.service`"),
        ("kernel-version: \">= 6.1, <7\"", "kernel-version `>=6.1, <7`"),
        ("reboot: true", "reboot by `systemctl reboot`"),
        ("reboot: \"reboot -f\"", "reboot by `reboot -f`"),
        ("file: { path: /etc/x, mode: \"0644\", owner: root }", "file `/etc/x`"),
        ("port-open: 22", "port-open `22`"),
        ("port-open: [22, 80]", "port-open `22`, `80`"),
        ("collect: [/var/log/x]", "collect `/var/log/x`"),
        ("boot-time: 90s", "boot-time"),
    ] {
        let steps = format!("{step}\n  within: 9s");
        assert_eq!(asked(&steps).to_string(), words, "{step}");
    }
    let System::File(file) = asked("file: { path: /etc/x, mode: \"0644\" }") else { panic!() };
    assert_eq!((file.mode, file.exists), (Some(0o644), true));
}

#[test]
fn a_step_that_asks_has_two_minutes_and_a_command_as_long_as_the_run() {
    let spec = parsed("access: ssh\nsteps:\n- port-open: 22\n- run: make test\n");
    let limit =
        Limit::ByAccelerator { kvm: Duration::from_secs(120), tcg: Duration::from_secs(360) };
    assert_eq!(spec.steps.iter().map(|step| step.within).collect::<Vec<_>>(), [Some(limit), None]);
}

#[test]
fn a_step_that_reboots_lets_the_guest_reset_itself() {
    let resets = |rest: &str| match parsed(rest).machine {
        Machine::Qemu(qemu) => qemu.reboot,
        Machine::Command(_) | Machine::Group(_) => panic!("a command"),
    };
    assert!(resets("access: ssh\nsteps:\n- reboot: true\n"));
    assert!(!resets("access: ssh\nsteps:\n- run: reboot\n"));
}

#[test]
fn on_the_console_a_command_is_typed_and_everything_else_needs_a_way_in() {
    let typed = parsed("steps:\n- run: { command: uname }\n").steps.remove(0).action;
    assert_eq!(typed, Action::Run("uname".into()));
    for key in ["units-active: ssh", "reboot: true", "boot-time: 9s", "upgrade: { run: x }"] {
        let name = key.split(':').next().unwrap_or_default();
        check_rest(
            &format!("steps:\n- {key}\n"),
            &format!(
                "3:3: `{name}` needs a way into the guest besides its console / \
                 add `access: ssh` or `access: guest-agent` at the top"
            ),
        );
    }
    check_rest(
        "steps:\n- run: { command: x, stdout: y }\n",
        "3:8: what a command prints on the console is not its alone / \
         add `access: ssh` at the top, or wait for its line by `expect`",
    );
}

#[test]
fn an_upgrade_is_steps_there_and_back() {
    let spec = parsed(
        "access: ssh\nsteps:\n- upgrade:\n    run: switch new\n    check:\n    - units-active: ssh\n    \
         back: switch old\n    check-back:\n    - expect: login\n",
    );
    let steps: Vec<_> =
        spec.steps.iter().map(|step| (step.phase.expect("a phase"), step.line)).collect();
    use Phase::{Back, GoingBack, Upgraded, Upgrading};
    let phases = [
        (Upgrading, 4),
        (Upgrading, 4),
        (Upgrading, 4),
        (Upgraded, 7),
        (GoingBack, 4),
        (GoingBack, 4),
        (Back, 4),
        (Back, 10),
    ];
    assert_eq!(steps, phases);
    let asked = |index: usize| match &spec.steps[index].action {
        Action::Ask(system) => system.clone(),
        other => panic!("{other:?}"),
    };
    let reboot = System::Reboot("systemctl reboot".into());
    assert_eq!(
        [asked(0), asked(1), asked(2)],
        [System::Remember, run("switch new"), reboot.clone()]
    );
    assert_eq!([asked(4), asked(5), asked(6)], [run("switch old"), reboot, System::AsBefore]);
}

#[test]
fn mistakes_are_found_with_the_next_step() {
    for (step, expected) in [
        ("run: true", "4:8: `true` is not a text: put the pattern in quotes"),
        ("run: { comand: x }", "4:10: unknown key `comand` / did you mean `command`?"),
        ("units-active: []", "4:17: `units-active` names no unit"),
        (
            "units-active: [\"a b\"]",
            "4:18: `a b` is no unit of systemd's / name one such as `ssh` or `apt-daily.timer`",
        ),
        (
            "units-failed: few",
            "4:17: `few` says not which units may be failed / write `none`, or `{ allow: [name.service] }`",
        ),
        (
            "kernel-version: new",
            "4:19: `new` is no bound of versions / write it like `>=6.1`, or `>=6.1, <7`",
        ),
        (
            "reboot: false",
            "4:11: a step that does not reboot / write `true`, or the command for it",
        ),
        ("port-open: [22, 0]", "4:19: port 0 is no port"),
        ("file: { path: etc }", "4:17: `etc` is no full path"),
        (
            "file: { path: /x, exists: false, mode: \"644\" }",
            "4:36: a file that is not there has no `mode`",
        ),
        (
            "file: { path: /x, mode: rw }",
            "4:27: `rw` are no permission bits / write them in octal and in quotes, such as `\"0644\"`",
        ),
        ("collect: []", "4:12: `collect` names no file"),
        (
            "upgrade: { run: x, check-back: [{ port-open: 1 }] }",
            "4:22: `check-back` needs a `back` / name the command that goes back",
        ),
        (
            "upgrade: { run: x, check: [{ upgrade: { run: y } }] }",
            "4:32: an upgrade within an upgrade",
        ),
        (
            "run: x\n  reboot: true",
            "5:3: a step with two actions, `run` and `reboot` / begin a new step with `- reboot:`",
        ),
    ] {
        check_rest(&format!("access: ssh\nsteps:\n- {step}\n"), expected);
    }
}

#[test]
fn files_alone_prove_nothing() {
    check_rest(
        "access: ssh\nsteps:\n- collect: /var/log/messages\n",
        "1:1: nothing in this spec can prove that the guest passed / \
         add `pass:` with a line that the guest prints, or an `expect` or `run` step",
    );
}

#[test]
fn a_budget_for_each_accelerator_is_refused_where_nobody_knows_it() {
    let text = "machine: { command: { run: x } }\naccess: { ssh: { address: \"127.0.0.1:2222\" } }\n\
                steps:\n- boot-time: { kvm: 1s, tcg: 2s }\n";
    let error = spec::parse(text, Path::new("s.yaml")).expect_err("a mistake");
    assert_eq!((error.line, error.column), (Some(4), Some(14)), "{error}");
}
