//! `dist/launch.cjs`: which program it starts, and what it makes of it.

use rustix::process::Signal;
use testkit::act::{Done, End, Release, Stage, Step, tool};

use crate::program::{release, script};

fn main_of(release: &Release) -> Done {
    Step::new(release, "run-vm-test").run(Stage::Main)
}

/// The lines that the runner reads as errors.
fn errors(done: &Done) -> Vec<&str> {
    done.output.lines().filter(|line| line.starts_with("::error::")).collect()
}

#[test]
fn main_and_post_are_started_with_the_actions_name_alone() {
    let release = release("echo \"$#: $*\"");
    let step = Step::new(&release, "run-vm-test");
    assert_eq!(step.run(Stage::Main).output, "1: run-vm-test\n");
    assert_eq!(step.run(Stage::Post).output, "2: post run-vm-test\n");
    let step = Step::new(&release, "setup-qemu");
    assert_eq!(step.run(Stage::Main).output, "1: setup-qemu\n");
    assert_eq!(step.run(Stage::Post).output, "2: post setup-qemu\n");
}

#[test]
fn the_exit_code_is_the_programs() {
    for code in [0, 1, 2, 3, 77] {
        let done = main_of(&release(&format!("exit {code}")));
        assert_eq!((done.code(), done.output.as_str()), (Some(code), ""));
    }
}

#[test]
fn inputs_and_states_reach_the_program_as_the_runner_gave_them() {
    // Not by `env`: the shell drops names with a hyphen before anything else sees them.
    let release = release(
        "tr '\\0' '\\n' </proc/$$/environ | grep -E '^(INPUT|STATE)_'\n\
         echo machine=77 >>$GITHUB_STATE",
    );
    let step = Step::new(&release, "run-vm-test").input("evidence-path", "a b");
    assert_eq!(step.run(Stage::Main).output, "INPUT_EVIDENCE-PATH=a b\n");
    let post = step.run(Stage::Post).output;
    assert!(post.lines().any(|line| line == "STATE_machine=77"), "{post}");
}

#[test]
fn a_program_with_another_checksum_is_not_started() {
    let release = release("echo ran");
    script(&release.program(), "echo ran something else");
    let done = main_of(&release);
    assert_eq!(done.code(), Some(3));
    let [error] = errors(&done)[..] else { panic!("{}", done.output) };
    assert!(error.starts_with("::error::bootgate run-vm-test, main: dist/bin/"), "{error}");
    assert!(error.contains("has the checksum"), "{error}");
    assert!(!done.output.contains("ran"), "{}", done.output);
}

#[test]
fn a_program_without_a_checksum_is_not_started() {
    for manifest in [r#"{"sha256":{}}"#, "{}", r#"{"sha256":{"bin/other/bootgate":"00"}}"#, "null"]
    {
        let release = release("echo ran");
        release.write("dist/manifest.json", manifest);
        let done = main_of(&release);
        assert_eq!((done.code(), errors(&done).len()), (Some(3), 1), "{manifest}: {}", done.output);
    }
}

#[test]
fn a_broken_or_missing_manifest_is_an_error_and_no_permission() {
    let release = release("echo ran");
    release.write("dist/manifest.json", "{");
    assert_eq!((main_of(&release).code(), errors(&main_of(&release)).len()), (Some(3), 1));
    std::fs::remove_file(release.path().join("dist/manifest.json")).expect("removed");
    assert_eq!((main_of(&release).code(), errors(&main_of(&release)).len()), (Some(3), 1));
}

#[test]
fn a_platform_without_a_program_is_said_clearly() {
    let release = release("echo ran");
    let step = Step::new(&release, "run-vm-test")
        .file("other.cjs", "Object.defineProperty(process, 'arch', { value: 'riscv64' });\n");
    let preload = format!("--require={}", step.workspace().join("other.cjs").display());
    let done = step.env("NODE_OPTIONS", &preload).run(Stage::Main);
    assert_eq!(done.code(), Some(2));
    assert_eq!(
        done.output,
        "::error::bootgate run-vm-test, main: no program for linux on riscv64: use a Linux runner, x64 or arm64\n"
    );
}

#[test]
fn every_signal_of_the_runner_is_passed_on() {
    for (signal, name) in [(Signal::INT, "INT"), (Signal::TERM, "TERM"), (Signal::HUP, "HUP")] {
        let release = release(
            "for s in INT TERM HUP; do trap \"echo got $s; exit 7\" $s; done\necho ready\nwhile :; do sleep 0.05; done",
        );
        let step = Step::new(&release, "run-vm-test");
        let mut running = step.start(Stage::Main);
        running.wait_for("ready");
        running.signal(signal);
        let done = running.wait();
        assert_eq!((done.code(), done.output), (Some(7), format!("ready\ngot {name}\n")));
    }
}

#[test]
fn a_signal_at_the_moment_when_the_program_starts_reaches_it() {
    // It sends the signal itself, sooner than anybody else could.
    let release = release("trap 'exit 7' HUP\nkill -HUP $PPID\nwhile :; do sleep 0.05; done");
    for _ in 0..10 {
        let done = main_of(&release);
        assert_eq!((done.code(), done.output.as_str()), (Some(7), ""));
    }
}

#[test]
fn a_program_that_a_signal_ended_is_infrastructure_with_a_message() {
    let done = main_of(&release("kill -KILL $$"));
    assert_eq!(done.code(), Some(3));
    assert_eq!(done.output, "::error::bootgate run-vm-test, main: bootgate was ended by SIGKILL\n");
}

#[test]
fn a_program_that_cannot_be_started_is_infrastructure_with_a_message() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = folder.path().join("bootgate");
    std::fs::write(&program, "\x7fELF but no program").expect("a file");
    let done = main_of(&Release::of(&program));
    assert_eq!((done.code(), errors(&done).len()), (Some(3), 1), "{}", done.output);
    assert!(done.output.contains("cannot start"), "{}", done.output);
}

#[test]
fn a_post_that_fails_says_so_under_its_own_name() {
    let release = release("[ \"$1\" = post ] && kill -KILL $$; exit 1");
    let step = Step::new(&release, "run-vm-test");
    assert_eq!(step.run(Stage::Main).code(), Some(1));
    let post = step.run(Stage::Post);
    assert_eq!(
        errors(&post),
        ["::error::bootgate run-vm-test, post: bootgate was ended by SIGKILL"]
    );
}

#[test]
fn a_release_takes_its_own_program_whatever_the_variable_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let other = script(&folder.path().join("other"), "echo other");
    let release = release("echo own");
    let step = Step::new(&release, "run-vm-test").env("BOOTGATE_BIN", &other.to_string_lossy());
    assert_eq!(step.run(Stage::Main).output, "own\n");
}

#[test]
fn without_a_release_the_variable_names_the_program_and_the_log_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let other = script(&folder.path().join("other"), "echo other");
    let release = Release::without_program();
    script(&release.path().join("target/release/bootgate"), "echo built");
    let step = Step::new(&release, "run-vm-test").env("BOOTGATE_BIN", &other.to_string_lossy());
    let said = format!("bootgate: no release, running {}\nother\n", other.display());
    assert_eq!(step.run(Stage::Main).output, said);
    let missing = Step::new(&release, "run-vm-test").env("BOOTGATE_BIN", "/nowhere/bootgate");
    let done = missing.run(Stage::Main);
    assert_eq!(done.code(), Some(3));
    assert!(done.output.contains("cannot start /nowhere/bootgate"), "{}", done.output);
}

#[test]
fn without_a_release_what_cargo_has_built_is_taken() {
    let release = Release::without_program();
    let built = script(&release.path().join("target/release/bootgate"), "echo \"built: $*\"");
    let said = format!("bootgate: no release, running {}\nbuilt: run-vm-test\n", built.display());
    assert_eq!(main_of(&release).output, said);
}

/// A cargo that takes the arguments of the real one and makes a program that says them.
const CARGO: &str = r#"
echo "cargo $*, in $PWD"
while [ "$1" != --target-dir ]; do shift; done
mkdir -p "$2/release"
printf '#!/bin/sh\necho fresh\n' >"$2/release/bootgate"
chmod +x "$2/release/bootgate"
"#;

/// A step that finds this as `cargo`.
fn with_cargo(release: &Release, text: &str) -> Step {
    let step = Step::new(release, "run-vm-test");
    let bin = step.workspace().join("bin");
    script(&bin.join("cargo"), text);
    let path = format!("{}:/usr/bin:/bin", bin.display());
    step.env("PATH", &path)
}

#[test]
fn without_any_program_it_is_built_and_the_log_says_so() {
    let release = Release::without_program();
    let root = release.path().canonicalize().expect("a path");
    let root = root.display();
    let done = with_cargo(&release, CARGO).run(Stage::Main);
    let lines: Vec<&str> = done.output.lines().collect();
    assert!(lines[0].starts_with("bootgate: this checkout is no release, so it is built"));
    let cargo =
        format!("cargo build --release --locked -p bootgate --target-dir {root}/target, in {root}");
    let running = format!("bootgate: no release, running {root}/target/release/bootgate");
    assert_eq!(lines[1..], [cargo.as_str(), running.as_str(), "fresh"]);
}

#[test]
fn a_build_that_fails_is_infrastructure() {
    let done = with_cargo(&Release::without_program(), "exit 101").run(Stage::Main);
    assert_eq!(done.code(), Some(3));
    assert_eq!(
        errors(&done),
        ["::error::bootgate run-vm-test, main: building bootgate with cargo failed with 101"]
    );
}

#[test]
fn a_build_can_be_cancelled_and_then_nothing_is_started() {
    let release = Release::without_program();
    let step = with_cargo(&release, &format!("echo building\nsleep 60 & wait\n{CARGO}"));
    let mut running = step.start(Stage::Main);
    running.wait_for("building");
    let done = running.cancel();
    assert_eq!((done.end, done.code()), (End::Interrupt, Some(3)));
    assert!(!done.output.contains("fresh"), "{}", done.output);
}

#[test]
fn the_node_that_runs_it_here_is_the_one_of_the_actions() {
    let output = std::process::Command::new(tool("node")).arg("--version").output();
    let version = String::from_utf8(output.expect("node").stdout).expect("UTF-8");
    assert!(version.starts_with("v24."), "{version}");
}
