//! `machine.command`: what it means, and what is wrong with it.

use std::path::{Path, PathBuf};

use spec::{Command, CommandLine, Machine};

fn parse(command: &str) -> Result<Command, String> {
    let text = format!("machine:\n  command:\n    {command}\npass: ok\n");
    let spec = spec::parse(&text, Path::new("s.yaml"));
    let spec = spec.map_err(|error| match error.hint() {
        Some(hint) => format!("{error} / {hint}"),
        None => error.to_string(),
    })?;
    let Machine::Command(command) = spec.machine else { panic!("no command") };
    Ok(*command)
}

#[track_caller]
fn check(command: &str, expected: &str) {
    let error = parse(command).expect_err("this spec is wrong");
    assert_eq!(error.strip_prefix("s.yaml:"), Some(expected), "in\n{command}");
}

fn words(words: &[&str]) -> CommandLine {
    CommandLine::Program(words.iter().map(|word| (*word).into()).collect())
}

#[test]
fn a_line_is_the_shells_and_a_list_is_run_as_it_is() {
    let command = parse("run: make ARCH=aarch64 run").expect("sound");
    assert_eq!(command.run, CommandLine::Shell("make ARCH=aarch64 run".into()));
    assert_eq!((command.cwd, command.env.len()), (PathBuf::from("."), 0));
    let command = parse("run: [cargo, xtask, qemu, 4]").expect("sound");
    assert_eq!(command.run, words(&["cargo", "xtask", "qemu", "4"]));
}

#[test]
fn variables_are_texts_as_they_are_written() {
    let command = parse("run: make\n    env: { ARCH: aarch64, SMP: 4, DEBUG: true, NONE: \"\" }");
    let env = command.expect("sound").env;
    let value = |name: &str| env[name].as_str();
    assert_eq!(
        (value("ARCH"), value("SMP"), value("DEBUG"), value("NONE")),
        ("aarch64", "4", "true", "")
    );
}

#[test]
fn a_loaded_spec_runs_its_command_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("boot.yaml");
    let cwd = |keys: &str| {
        let text = format!("machine: {{ command: {{ run: make{keys} }} }}\npass: ok\n");
        std::fs::write(&file, text).expect("a file");
        match spec::load(&file).expect("a spec").machine {
            Machine::Command(command) => command.cwd,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(cwd(""), folder.path());
    assert_eq!(cwd(", cwd: os/kernel"), folder.path().join("os/kernel"));
    assert_eq!(cwd(", cwd: /srv"), Path::new("/srv"));
}

#[test]
fn what_is_run_has_a_name() {
    let hint = "name what starts the guest, such as `make run`";
    check("run: \"\"", &format!("3:10: `run` is empty / {hint}"));
    check("run: \" \"", &format!("3:10: `run` is empty / {hint}"));
    check("run: []", &format!("3:10: `run` is empty / {hint}"));
    check("run: [\"\", x]", &format!("3:10: `run` is empty / {hint}"));
    check("cwd: x", "3:5: key `run` is missing");
    check("run:", "3:5: key `run` has no value / give it one, or take the key out");
    check(
        "run: { make: run }",
        "3:10: expected a line for the shell, or a list of a program and its arguments, found map",
    );
    check("run: \"a\\0b\"", "3:10: no command can hold a NUL character");
}

#[test]
fn unknown_keys_are_errors_with_a_suggestion() {
    check("run: make\n    cwdd: x", "4:5: unknown key `cwdd` / did you mean `cwd`?");
    check("rum: make", "3:5: unknown key `rum` / did you mean `run`?");
    let error = spec::parse("machine: { comand: { run: x } }\npass: x\n", Path::new("s.yaml"));
    assert_eq!(error.expect_err("wrong").hint(), Some("did you mean `command`?"));
}

#[test]
fn a_folder_and_variables_have_names() {
    check("run: make\n    cwd: \"\"", "4:10: `cwd` names no folder");
    check("run: make\n    env: { \"A=B\": c }", "4:12: `A=B` is no name of a variable");
    check("run: make\n    env: { \"\": c }", "4:12: `` is no name of a variable");
    check("run: make\n    env: { A: \"b\\0\" }", "4:15: no variable can hold a NUL character");
    check(
        "run: make\n    env: { A: }",
        "4:12: key `A` has no value / give it one, or take the key out",
    );
    check("run: make\n    env: { A: 1, A: 2 }", "4:18: key `A` is given twice");
}

#[test]
fn a_guest_runs_in_one_machine() {
    let text = "machine:\n  qemu: { arch: x86_64, kernel: k }\n  command: { run: make }\npass: x\n";
    let error = spec::parse(text, Path::new("s.yaml")).expect_err("two machines");
    assert_eq!(error.to_string(), "s.yaml:3:3: two machines, `qemu` and `command`");
    assert_eq!(error.hint(), Some("take one of them out"));
}

#[test]
fn limits_by_accelerator_are_refused_where_nobody_knows_it() {
    let error = |rest: &str| {
        let text = format!("machine: {{ command: {{ run: make }} }}\npass: x\n{rest}");
        spec::parse(&text, Path::new("s.yaml")).expect_err("not known").to_string()
    };
    let message = "what a command accelerates its guest with is not known";
    let both = "{ kvm: 1s, tcg: 2s }";
    assert_eq!(error(&format!("limits: {{ total: {both} }}\n")), format!("s.yaml:3:18: {message}"));
    assert_eq!(
        error(&format!("limits: {{ silence: {both} }}\n")),
        format!("s.yaml:3:20: {message}")
    );
    assert_eq!(
        error(&format!("steps:\n- expect: a\n- expect: b\n  within: {both}\n")),
        format!("s.yaml:6:11: {message}")
    );
}

#[test]
fn a_command_may_require_what_a_host_offers() {
    let text = "machine:\n  command: { run: make }\n  requires: [kvm, vmx]\npass: x\n";
    assert_eq!(spec::parse(text, Path::new("s.yaml")).expect("sound").requires.len(), 2);
}
