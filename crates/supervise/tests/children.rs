//! Children end with whoever started them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use supervise::{Child, Deadline};

const SOON: Duration = Duration::from_secs(10);

fn shell(script: &str) -> Child {
    Child::spawn(Command::new("sh").args(["-c", script]).stdout(Stdio::null())).unwrap()
}

/// Whether the process still runs: it is neither gone nor a zombie.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn ends_soon(pid: u32) -> bool {
    let deadline = Deadline::after(SOON);
    while runs(pid) && !deadline.has_passed() {
        thread::sleep(Duration::from_millis(5));
    }
    !runs(pid)
}

/// Waits until the file holds a line, and reads a process id from it.
fn pid_in(path: &Path) -> u32 {
    let deadline = Deadline::after(SOON);
    loop {
        let text = fs::read_to_string(path).unwrap_or_default();
        if let Some(pid) = text.strip_suffix('\n') {
            return pid.parse().unwrap();
        }
        assert!(!deadline.has_passed(), "no process id in {}", path.display());
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_child_that_ends_is_reported_with_its_status() {
    assert_eq!(shell("exit 7").wait_until(Deadline::after(SOON)).unwrap().code(), Some(7));
}

#[test]
fn a_status_can_be_asked_for_twice() {
    let child = shell("exit 7");
    let first = child.wait_until(Deadline::after(SOON));
    assert_eq!(child.wait_until(Deadline::after(SOON)), first);
}

#[test]
fn waiting_ends_at_the_deadline_when_the_child_does_not() {
    let child = shell("sleep 1000");
    let begin = Instant::now();
    assert_eq!(child.wait_until(Deadline::after(Duration::from_millis(50))), None);
    assert!(begin.elapsed() >= Duration::from_millis(50));
    assert!(begin.elapsed() < SOON);
}

#[test]
fn dropping_a_child_ends_its_grandchildren_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let child = shell(&format!("sleep 1000 & echo $! > {}; wait", file.display()));
    let grandchild = pid_in(&file);
    let pid = child.id();
    drop(child);
    assert!(ends_soon(grandchild));
    assert!(!runs(pid));
}

#[test]
fn a_child_that_ends_takes_what_it_left_in_the_background_along() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let child = shell(&format!("sleep 1000 & echo $! > {}", file.display()));
    assert!(child.wait_until(Deadline::after(SOON)).unwrap().success());
    assert!(ends_soon(pid_in(&file)));
}

#[test]
fn terminate_lets_a_child_end_by_itself_within_its_grace() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let child = shell(&format!(
        "trap 'exit 5' TERM; echo $$ > {}; while :; do sleep 0.01; done",
        file.display()
    ));
    pid_in(&file);
    assert_eq!(child.terminate(SOON).unwrap().code(), Some(5));
}

#[test]
fn terminate_kills_a_child_that_ignores_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let child =
        shell(&format!("trap '' TERM; echo $$ > {}; while :; do sleep 1; done", file.display()));
    pid_in(&file);
    let status = child.terminate(Duration::from_millis(50)).unwrap();
    assert_eq!(status.signal(), Some(Signal::KILL.as_raw()));
}

#[test]
fn a_program_that_is_missing_is_an_error() {
    assert!(Child::spawn(&mut Command::new("/nonexistent/program")).is_err());
}

#[test]
fn a_panic_ends_the_child() {
    let child = shell("sleep 1000");
    let pid = child.id();
    let outcome = thread::spawn(move || {
        let _held = child;
        panic!("on purpose");
    });
    assert!(outcome.join().is_err());
    assert!(!runs(pid));
}

#[test]
fn children_die_when_their_parent_is_killed_outright() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_a_parent_of_a_sleeper", "--ignored"])
        .env("PID_FILE", &file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let sleeper = pid_in(&file);
    assert!(runs(sleeper));
    kill_process(Pid::from_child(&parent), Signal::KILL).unwrap();
    parent.wait().unwrap();
    assert!(ends_soon(sleeper));
}

#[test]
#[ignore = "run by `children_die_when_their_parent_is_killed_outright`, which kills it"]
fn as_a_parent_of_a_sleeper() {
    let Some(file) = std::env::var_os("PID_FILE") else { return };
    let child = Child::spawn(Command::new("sleep").arg("1000")).unwrap();
    fs::write(file, format!("{}\n", child.id())).unwrap();
    thread::sleep(Duration::from_secs(1000));
}
