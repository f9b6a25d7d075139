//! A kernel that fails in QEMU: from its console to its source, beside the code and on a terminal.

use std::process::Command;

use serde_json::{Value, json};
use testkit::runner::{self, oracle};

use crate::world::{Ran, World};

const KERNEL: &str = include_str!("guest/kernel.c");

/// The line of the kernel's source with this text.
fn line(text: &str) -> usize {
    KERNEL.lines().position(|line| line.contains(text)).expect("the text") + 1
}

/// A runner whose checkout holds the kernel's source and the kernel, which fails with these words.
fn checkout(why: &str) -> runner::World {
    let runner = runner::World::new();
    let folder = runner.workspace();
    std::fs::create_dir_all(folder.join("os/src")).expect("folders");
    std::fs::write(folder.join("os/src/kernel.c"), KERNEL).expect("the source");
    let mut gcc = Command::new("gcc");
    gcc.args(["-m32", "-g", "-O1", "-ffreestanding", "-fno-pic", "-fno-omit-frame-pointer"]);
    gcc.args([
        "-fno-optimize-sibling-calls",
        "-fno-toplevel-reorder",
        "-fno-stack-protector",
        "-nostdlib",
    ]);
    gcc.args([
        "-no-pie",
        "-static",
        "-Wl,-Ttext=0x100000,--build-id=none",
        "-o",
        "../kernel.elf",
        "src/kernel.c",
    ]);
    let built = gcc.arg(format!("-DWHY=\"{why}\"")).current_dir(folder.join("os")).status();
    assert!(built.expect("gcc starts").success());
    let spec = "machine: { qemu: { arch: x86_64, accel: tcg, kernel: kernel.elf } }\npass: ok\n\
                fail: ^panic\nlimits: { total: 2m }\nsymbols: kernel.elf\n";
    std::fs::write(folder.join("spec.yaml"), spec).expect("the spec");
    runner.input("spec", "spec.yaml")
}

fn run(runner: &runner::World) -> (Vec<oracle::Command>, Value) {
    let world = World::new();
    let mut command = world.command(&["run-vm-test"]);
    let output =
        command.envs(runner.vars()).current_dir(runner.workspace()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    let errors =
        oracle::commands(&output.stdout).into_iter().filter(|command| command.name == "error");
    let verdict = std::fs::read(runner.workspace().join("bootgate-evidence/verdict.json"));
    (errors.collect(), serde_json::from_slice(&verdict.expect("a verdict")).expect("JSON"))
}

/// Where the only error is: file, line and column.
fn place(errors: &[oracle::Command]) -> [Option<&str>; 3] {
    assert_eq!(errors.len(), 1, "{errors:?}");
    ["file", "line", "col"].map(|key| errors[0].properties.get(key).map(String::as_str))
}

#[test]
fn a_backtrace_in_a_guest_becomes_functions_and_a_remark_beside_the_code() {
    let runner = checkout("panic: out of pages");
    let (errors, verdict) = run(&runner);
    let call = line("panic(WHY)").to_string();
    assert_eq!(place(&errors), [Some("os/src/kernel.c"), Some(call.as_str()), None]);
    let frames = verdict["frames"].as_array().expect("frames").iter();
    let frames: Vec<Value> = frames
        .map(|frame| json!([frame["function"], frame["source_line"], frame["inlined"]]))
        .collect();
    let wanted = [
        json!(["check", line("panic(WHY)"), true]),
        json!(["map_pages", line("        check(page)"), false]),
        json!(["start", line("map_pages(1)"), false]),
    ];
    assert!(frames.starts_with(&wanted), "{verdict:#}");
    assert!(runner.summary().expect("a summary").contains("map_pages at "));
    let ran = judged(&runner, &["--symbols", "kernel.elf"]);
    assert!(
        ran.stdout.contains("  map_pages at ") && ran.stdout.contains("check at "),
        "{}",
        ran.stdout
    );
    assert!(!judged(&runner, &[]).stdout.contains("map_pages"));
}

/// The evidence's console, judged again on a terminal.
fn judged(runner: &runner::World, arguments: &[&str]) -> Ran {
    let folder = runner.workspace();
    std::fs::write(
        folder.join("rules.yaml"),
        "machine: { command: { run: x } }\npass: ok\nfail: ^panic\n",
    )
    .expect("a spec");
    let arguments =
        [&["judge", "--spec", "rules.yaml", "bootgate-evidence/console.log"], arguments].concat();
    Ran::of(World::new().command(&arguments).current_dir(folder).output().expect("it runs"))
}

#[test]
fn a_place_that_the_guest_names_goes_before_its_backtrace() {
    let runner = checkout("panicked at /build/os/src/kernel.c:5:9:");
    let (errors, verdict) = run(&runner);
    assert_eq!(place(&errors), [Some("os/src/kernel.c"), Some("5"), Some("9")]);
    assert_eq!(
        verdict["source"],
        json!({ "file": "/build/os/src/kernel.c", "line": 5, "column": 9 })
    );
    let outputs = runner.outputs();
    assert!(outputs.values().all(|output| !output.contains("kernel.c")), "{outputs:?}");
    assert!(judged(&runner, &[]).stdout.contains("  at /build/os/src/kernel.c:5:9\n"));
}

#[test]
fn a_place_that_is_not_in_the_checkout_leaves_the_remark_at_the_spec() {
    let runner = checkout("panic at ../../../etc/hostname.c:1");
    std::fs::remove_file(runner.workspace().join("os/src/kernel.c")).expect("gone");
    assert_eq!(place(&run(&runner).0), [Some("spec.yaml"), Some("1"), None]);
}

#[test]
fn a_file_without_symbols_is_a_note_and_no_other_verdict() {
    let world = World::new();
    world.file("crash.log", "Kernel panic - not syncing: x\n  pc : 0x80201234\n");
    world.file("vmlinux", "no ELF file");
    let ran = world.run(&["judge", "--json", "--symbols", "vmlinux", "crash.log"]);
    assert_eq!(ran.verdict(), (Some(1), "crashed".into()));
    let note = ran.json()["notes"][0].as_str().unwrap_or_default().to_owned();
    assert!(note.starts_with("no symbols from `vmlinux`: it is no ELF file"), "{note}");
}
