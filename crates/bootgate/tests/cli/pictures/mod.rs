//! The pictures of the README are of real runs: what the program told the runner, as GitHub shows it.

mod committed;
mod page;

use std::process::{Command, Output};

use testkit::guest;
use testkit::runner::{World as Runner, oracle};

use crate::rust_os::{TESTS, checkout};
use crate::world::World;

/// A guest that says that all is well, and panics. Pinned to TCG, it says the same on every host.
const SMOKE: &str = "\
machine:
  qemu:
    arch: riscv64
    accel: tcg
    kernel: out/kernel
    initrd: out/initrd
    append: \"console=ttyS0 panic=-1 bootgate.mode=panic\"
pass: \"^ALL TESTS PASSED$\"
limits: { total: 4m }
";

/// What every release of the kernel prints of that.
const TOLD: [&str; 3] = ["ALL TESTS PASSED", "Kernel panic - not syncing:", "Call Trace:"];

/// A test of the example's kernel with a mistake that is often made.
const MISTAKE: &str = "
    fn every_frame_is_handed_out_once() {
        let mut taken = [false; 8];
        for frame in 0..=8 {
            assert!(!taken[frame]);
            taken[frame] = true;
        }
    }
";

fn run(runner: &Runner) -> Output {
    let mut command = World::new().command(&["run-vm-test"]);
    let output = command.envs(runner.vars()).current_dir(runner.workspace()).output();
    let output = output.expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    output
}

/// A summary without what differs from run to run, and from kernel to kernel: other lines of console, times, numbers.
fn steady(summary: &str) -> String {
    let is_console = |line: &str| {
        let number = line.trim_start().split("  ").next().unwrap_or_default();
        line.starts_with(' ')
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    let kept = summary
        .lines()
        .filter(|line| !is_console(line) || TOLD.iter().any(|told| line.contains(told)));
    kept.map(|line| masked(line) + "\n").collect()
}

/// The text with 0 for every number, and one blank for several.
fn masked(text: &str) -> String {
    text.chars().fold(String::new(), |mut masked, c| {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if !"0 ".contains(c) || !masked.ends_with(c) {
            masked.push(c);
        }
        masked
    })
}

#[test]
fn the_committed_picture_of_a_summary_is_of_a_run_that_panicked_after_its_sign() {
    let (runner, guest) = (Runner::new().input("spec", "smoke.yaml"), guest("riscv64"));
    let folder = runner.workspace();
    std::fs::create_dir(folder.join("out")).expect("a folder");
    std::fs::copy(guest.kernel, folder.join("out/kernel")).expect("a kernel");
    std::fs::copy(guest.initrd, folder.join("out/initrd")).expect("an initramfs");
    std::fs::write(folder.join("smoke.yaml"), SMOKE).expect("the spec");
    run(&runner);
    let summary = runner.summary().expect("a summary");
    let page = page::summary("boot", &summary);
    for part in [
        "smoke: crashed</h3>",
        "<p>kernel panic: sysrq triggered crash</p>",
        "Call Trace:",
        "<td>init</td>",
        ">kernel</div>",
        "bootgate run-vm-test --spec smoke.yaml",
    ] {
        assert!(page.contains(part), "no `{part}` in {page}");
    }
    let lines = ["ALL TESTS PASSED", "Kernel panic - not syncing: sysrq triggered crash"];
    let [sign, panic] = lines.map(|line| page.find(line).expect("a line of the console"));
    assert!(sign < panic, "{page}");
    committed::compare("job-summary", &page, &page::summary("boot", &steady(&summary)));
}

#[test]
fn the_committed_picture_of_a_pull_request_has_the_error_at_the_line_that_panicked() {
    let (tests, end) = TESTS.split_at(TESTS.rfind("}\n").expect("the end of the tests"));
    let changed = format!("{tests}{MISTAKE}{end}");
    // Its way to end needs TCG, so it says the same on every host.
    let runner = checkout("aarch64", "src/tests.rs", TESTS, &changed);
    let output = run(&runner);
    let errors = oracle::commands(&output.stdout).into_iter();
    let errors: Vec<_> = errors.filter(|command| command.name == "error").collect();
    let [error] = &errors[..] else { panic!("{errors:?}") };
    let line = changed.lines().position(|line| line.contains("assert!(!taken")).expect("it") + 1;
    let page = page::pull_request("ci / boot (aarch64)", &diff(&runner), error);
    for part in [
        &*format!("on line {line} in <code>src/tests.rs</code>"),
        "<b>crashed rust-os-aarch64: panicked at src/tests.rs: index out of bounds",
        &format!("panicked at src/tests.rs:{line}:"),
        "+        for frame in 0..=8 {",
    ] {
        assert!(page.contains(part), "no `{part}` in {page}");
    }
    let code = page.find("+            assert!(!taken[frame]);").expect("the line");
    let remark = page.find("<section>").expect("the remark");
    assert_eq!(page[code..remark].matches("<tr").count(), 1, "it stands below its line");
    committed::compare("pull-request", &page, &page);
}

/// What git says has changed since the example as it is.
fn diff(runner: &Runner) -> String {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/rust-os/src/tests.rs");
    let mut git = Command::new("git");
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    git.args(["diff", "--no-index", "--no-color", example])
        .arg(runner.workspace().join("src/tests.rs"));
    String::from_utf8(git.output().expect("git starts").stdout).expect("text")
}
