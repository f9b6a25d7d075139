//! What signals do: real processes are sent real signals.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child as Run, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use supervise::{CleanUp, Deadline, Interrupts};

const SOON: Duration = Duration::from_secs(20);

fn start(test: &str, folder: &Path) -> Run {
    let run = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored"])
        .env("FOLDER", folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(&folder.join("ready"));
    run
}

fn wait_for(file: &Path) {
    let deadline = Deadline::after(SOON);
    while !file.exists() {
        assert!(!deadline.has_passed(), "{} did not appear", file.display());
        thread::sleep(Duration::from_millis(5));
    }
}

fn signal(run: &Run, signal: Signal) {
    kill_process(Pid::from_child(run), signal).unwrap();
}

fn end(mut run: Run) -> ExitStatus {
    run.wait().unwrap()
}

#[test]
fn each_of_the_three_signals_reaches_the_callback_by_its_name() {
    for (number, name) in
        [(Signal::INT, "SIGINT"), (Signal::TERM, "SIGTERM"), (Signal::HUP, "SIGHUP")]
    {
        let folder = tempfile::tempdir().unwrap();
        let run = start("as_a_run_that_heeds_signals", folder.path());
        signal(&run, number);
        assert!(end(run).success());
        assert_eq!(fs::read_to_string(folder.path().join("called")).unwrap(), name);
    }
}

#[test]
fn a_second_signal_cleans_up_and_exits_with_code_3() {
    let folder = tempfile::tempdir().unwrap();
    let run = start("as_a_run_that_ignores_requests", folder.path());
    signal(&run, Signal::TERM);
    wait_for(&folder.path().join("called"));
    let begin = Instant::now();
    signal(&run, Signal::INT);
    assert_eq!(end(run).code(), Some(3));
    assert!(begin.elapsed() < Duration::from_secs(4), "it waited for the first signal's patience");
    assert!(folder.path().join("cleaned").exists());
}

#[test]
fn a_run_that_does_not_end_within_5_seconds_is_cleaned_up_and_exits_with_code_3() {
    let folder = tempfile::tempdir().unwrap();
    let run = start("as_a_run_that_ignores_requests", folder.path());
    let begin = Instant::now();
    signal(&run, Signal::TERM);
    assert_eq!(end(run).code(), Some(3));
    assert!(begin.elapsed() >= Duration::from_secs(4));
    assert!(folder.path().join("cleaned").exists());
}

#[test]
#[ignore = "run by `each_of_the_three_signals_reaches_the_callback_by_its_name`"]
fn as_a_run_that_heeds_signals() {
    let Some(folder) = std::env::var_os("FOLDER").map(PathBuf::from) else { return };
    let (sender, receiver) = std::sync::mpsc::channel();
    Interrupts::on_interrupt(move |name| sender.send(name).unwrap()).unwrap();
    fs::write(folder.join("ready"), "").unwrap();
    fs::write(folder.join("called"), receiver.recv().unwrap()).unwrap();
}

#[test]
#[ignore = "run by the tests of a run that does not end"]
fn as_a_run_that_ignores_requests() {
    let Some(folder) = std::env::var_os("FOLDER").map(PathBuf::from) else { return };
    let (called, cleaned) = (folder.join("called"), folder.join("cleaned"));
    let _guard = CleanUp::push("mark", move || fs::write(cleaned, "").unwrap());
    // The callback never returns, as one that waits for a reader who is gone.
    let callback = move |_: &str| {
        fs::write(called, "").unwrap();
        thread::sleep(Duration::from_secs(1000));
    };
    Interrupts::on_interrupt(callback).unwrap();
    fs::write(folder.join("ready"), "").unwrap();
    thread::sleep(Duration::from_secs(1000));
}
