//! What a fault of our own does to a program, whichever thread it is on.

use std::env;
use std::io::{Write, stdout};
use std::process::Command;
use std::thread;

use gha::Fence;
use supervise::CleanUp;

const FILE: &str = "BOOTGATE_TEST_FILE";

#[test]
fn a_panic_cleans_up_resumes_the_runner_and_exits_with_code_3() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cleaned");
    let mut program = Command::new(env::current_exe().unwrap());
    program.args(["--exact", "as_a_program_with_a_fault", "--ignored", "--nocapture"]);
    let output = program.env(FILE, &file).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(file.exists(), "{output:?}");
    let shown = String::from_utf8(output.stdout).unwrap();
    let token = shown.split("::stop-commands::").nth(1).unwrap().lines().next().unwrap();
    assert!(shown.ends_with(&format!("\n::{token}::\n")), "{shown}");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("report it") && told.contains("the guest said"), "{told}");
    assert!(!told.lines().any(|line| line.trim_start().starts_with("::")), "{told}");
}

#[test]
#[ignore = "another test runs it, as a process of its own"]
fn as_a_program_with_a_fault() {
    gha::end_on_panic();
    let file = env::var_os(FILE).unwrap();
    let _due = CleanUp::push("a file", move || drop(std::fs::write(&file, "")));
    let mut fence = Fence::open(stdout()).unwrap();
    fence.write_all(b"the console").unwrap();
    thread::spawn(|| panic!("the guest said\n::error::it")).join().unwrap_err();
}
