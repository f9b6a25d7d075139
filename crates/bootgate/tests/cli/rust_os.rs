//! The example of a Rust kernel: on each architecture its tests are judged one by one, and its end by its status.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use testkit::runner::{self, oracle};

use crate::world::World;

/// An architecture, and how its kernel says failure.
struct Machine {
    arch: &'static str,
    failure: &'static str,
}

const MACHINES: [Machine; 3] = [
    Machine {
        arch: "x86_64",
        failure: "the guest exited with code 35 through `isa-debug-exit`, which means 17, and not with 33",
    },
    Machine {
        arch: "aarch64",
        failure: "the guest exited with code 1 through `semihosting`, and not with 0",
    },
    Machine {
        arch: "riscv64",
        failure: "the guest exited with code 1 through `sifive-test`, and not with 0",
    },
];

pub(crate) const TESTS: &str = include_str!("../../../../examples/rust-os/src/tests.rs");

/// A runner whose checkout is the example, with this text in the place of that in one of its files, built.
pub(crate) fn checkout(arch: &str, file: &str, from: &str, to: &str) -> runner::World {
    let runner = runner::World::new();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/rust-os/.");
    let copied = Command::new("cp").args(["-R", example]).arg(runner.workspace()).status();
    assert!(copied.expect("cp starts").success());
    let file = runner.workspace().join(file);
    let text = fs::read_to_string(&file).expect("a file of the example");
    assert!(text.contains(from), "the example has changed: {text}");
    fs::write(&file, text.replacen(from, to, 1)).expect("a file of the example");
    build(&runner.workspace(), arch);
    runner.input("spec", &format!("boot/{arch}.yaml"))
}

/// In the checkout's own folder for what is built, with nothing of the build that we are a part of.
fn build(folder: &Path, arch: &str) {
    let mut cargo = Command::new("cargo");
    cargo.args([&format!("build-{arch}"), "--locked", "--offline"]).current_dir(folder);
    for variable in ["CARGO_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        cargo.env_remove(variable);
    }
    let built = cargo.output().expect("cargo starts");
    let why = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{why}\n`./x test` adds targets that are missing");
}

/// What became of a run, and its verdict.
fn run(runner: &runner::World) -> (Output, Value) {
    let world = World::new();
    let mut command = world.command(&["run-vm-test"]);
    command.envs(runner.vars()).current_dir(runner.workspace());
    let output = command.output().expect("it runs");
    (output, serde_json::from_str(&evidence(runner, "verdict.json")).expect("JSON"))
}

fn evidence(runner: &runner::World, file: &str) -> String {
    fs::read_to_string(runner.workspace().join("bootgate-evidence").join(file)).expect("evidence")
}

/// The kernel's cases with their outcomes.
fn cases<'a>(verdict: &'a Value) -> Vec<(&'a str, &'a str)> {
    let text = |value: &'a Value| value.as_str().unwrap_or_default();
    let cases = verdict["cases"].as_array().expect("cases").iter();
    cases.map(|case| (text(&case["name"]), text(&case["outcome"]))).collect()
}

/// The names of the example's tests, as it prints them.
fn names() -> Vec<String> {
    let functions = TESTS.split("    fn ").skip(1);
    functions.map(|rest| format!("tests::{}", rest.split('(').next().unwrap_or_default())).collect()
}

/// A runner whose kernel has one more test, the last; with the line of source on which that begins.
fn with_a_test(arch: &str, body: &str) -> (runner::World, usize) {
    let last = TESTS.rfind("}\n").expect("the end of the tests");
    let (before, end) = TESTS.split_at(last);
    let to = format!("{before}\n    fn breaks() {{\n        {body}\n    }}\n{end}");
    (checkout(arch, "src/tests.rs", TESTS, &to), before.lines().count() + 2)
}

#[test]
fn every_test_of_a_rust_kernel_is_a_case_that_passed() {
    for Machine { arch, .. } in MACHINES {
        let runner = checkout(arch, "src/main.rs", "", "");
        let (output, verdict) = run(&runner);
        assert_eq!(output.status.code(), Some(0), "{arch}: {verdict:#}");
        let names = names();
        let expected: Vec<_> = names.iter().map(|name| (name.as_str(), "ok")).collect();
        assert_eq!((cases(&verdict), names.len()), (expected, 3), "{arch}");
        let junit = evidence(&runner, "junit.xml");
        assert!(names.iter().all(|name| junit.contains(&format!("name=\"{name}\""))), "{junit}");
        assert!(!junit.contains("<failure"), "{junit}");
    }
}

#[test]
fn a_test_of_a_rust_kernel_that_panics_is_a_crash_at_its_line() {
    for Machine { arch, .. } in MACHINES {
        let (runner, line) = with_a_test(arch, r#"panic!("out of pages");"#);
        let (output, verdict) = run(&runner);
        assert_eq!(output.status.code(), Some(1), "{arch}: {verdict:#}");
        assert_eq!(verdict["verdict"], "crashed", "{arch}: {verdict:#}");
        assert_eq!(verdict["title"], "panicked at src/tests.rs: out of pages", "{arch}");
        let failed: Vec<_> =
            cases(&verdict).into_iter().filter(|(_, outcome)| *outcome != "ok").collect();
        assert_eq!((failed, cases(&verdict).len()), (vec![("tests::breaks", "not-ok")], 4));
        let place = json!({ "file": "src/tests.rs", "line": line + 1, "column": 9 });
        assert_eq!(verdict["source"], place, "{arch}");
        let remarks = oracle::commands(&output.stdout);
        let remark = remarks.iter().find(|command| command.name == "error").expect("a remark");
        let place = ["file", "line", "col"].map(|key| remark.properties[key].clone());
        assert_eq!(place, ["src/tests.rs", &(line + 1).to_string(), "9"], "{arch}");
        assert_eq!(evidence(&runner, "junit.xml").matches("not ok on line ").count(), 1);
    }
}

#[test]
fn a_test_of_a_rust_kernel_that_hangs_is_the_last_that_is_named() {
    for Machine { arch, .. } in MACHINES {
        let (runner, _) = with_a_test(arch, "loop {}");
        let spec = runner.workspace().join(format!("boot/{arch}.yaml"));
        let text = fs::read_to_string(&spec).expect("the spec");
        let shorter = text.replace("silence: 10s", "silence: { kvm: 5s, tcg: 5s }");
        fs::write(&spec, shorter).expect("the spec");
        let (output, verdict) = run(&runner);
        assert_eq!(output.status.code(), Some(1), "{arch}: {verdict:#}");
        assert_eq!((&verdict["verdict"], &verdict["kind"]), (&json!("hung"), &json!("silence")));
        let lines = verdict["lines"].as_array().expect("lines");
        let last = lines.last().expect("a line");
        assert_eq!(last["text"], "# tests::breaks", "{arch}: {verdict:#}");
        let reason = verdict["reason"].as_str().expect("a reason");
        assert!(reason.contains(&format!("after line {}", last["number"])), "{reason}");
        assert_eq!(cases(&verdict).len(), 3, "{arch}: {verdict:#}");
    }
}

#[test]
fn a_status_that_says_failure_outweighs_every_sign() {
    for Machine { arch, failure } in MACHINES {
        let runner = checkout(arch, "src/main.rs", "arch::exit(true)", "arch::exit(false)");
        let (output, verdict) = run(&runner);
        assert_eq!(output.status.code(), Some(1), "{arch}: {verdict:#}");
        let told = ["verdict", "kind", "reason"].map(|key| verdict[key].clone());
        assert_eq!(told, ["failed", "exit", failure], "{arch}: {verdict:#}");
    }
}

#[test]
fn a_status_that_says_success_is_no_sign() {
    for Machine { arch, .. } in MACHINES {
        let runner = checkout(arch, "src/main.rs", "is done", "is gone");
        let (output, verdict) = run(&runner);
        assert_eq!(output.status.code(), Some(1), "{arch}: {verdict:#}");
        assert_eq!(
            (&verdict["verdict"], &verdict["kind"]),
            (&json!("incomplete"), &json!("ended"))
        );
    }
}
