//! Children on a terminal end with all that they started.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
use supervise::{Child, Deadline};

const SOON: Duration = Duration::from_secs(10);

/// A shell on a terminal, with a file that scripts know as `$FILE`.
struct OnTerminal {
    child: Child,
    folder: tempfile::TempDir,
    _ours: OwnedFd,
}

impl OnTerminal {
    fn start(script: &str) -> OnTerminal {
        let folder = tempfile::tempdir().unwrap();
        let (child, ours) = on_terminal(script, &folder.path().join("file"));
        OnTerminal { child, folder, _ours: ours }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("file")
    }

    /// The process ids that the script wrote, once there are so many.
    fn pids(&self, count: usize) -> Vec<u32> {
        pids_in(&self.file(), count)
    }
}

fn on_terminal(script: &str, file: &Path) -> (Child, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let ours = openpt(flags).unwrap();
    unlockpt(&ours).unwrap();
    let theirs = ioctl_tiocgptpeer(&ours, flags).unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", script]).env("FILE", file).stdin(theirs).stdout(Stdio::null());
    (Child::spawn_on_terminal(&mut command).unwrap(), ours)
}

fn pids_in(file: &Path, count: usize) -> Vec<u32> {
    let deadline = Deadline::after(SOON);
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        if text.ends_with('\n') && text.lines().count() == count {
            return text.lines().map(|line| line.parse().unwrap()).collect();
        }
        assert!(!deadline.has_passed(), "not {count} process ids, but `{text}`");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Whether the process still runs: it is neither gone nor a zombie.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn end_soon(pids: &[u32]) -> bool {
    let deadline = Deadline::after(SOON);
    while pids.iter().any(|pid| runs(*pid)) && !deadline.has_passed() {
        thread::sleep(Duration::from_millis(5));
    }
    !pids.iter().any(|pid| runs(*pid))
}

/// Four that stay: in the group, in one of its own, in a session of its own, and there without a parent.
const FOUR: &str = "trap '' TERM HUP
    sleep 1000 & echo $! >>$FILE
    sh -mc 'sleep 1000 & echo $! >>$FILE; wait' &
    setsid sh -c 'echo $$ >>$FILE; exec sleep 1000' &
    (setsid sh -c 'echo $$ >>$FILE; sleep 1000; true' &)
    sleep 1000";

#[test]
fn a_child_on_a_terminal_leads_its_session() {
    let on =
        OnTerminal::start("ps -o sid= -p $$ | tr -d ' ' >$FILE; test -c /dev/tty && : </dev/tty");
    assert_eq!(on.child.wait_until(Deadline::after(SOON)).unwrap().code(), Some(0));
    assert_eq!(on.pids(1), [on.child.id()]);
}

#[test]
fn dropping_a_child_ends_what_has_left_its_group_and_its_session() {
    let OnTerminal { child, folder, _ours } = OnTerminal::start(FOUR);
    let pids = pids_in(&folder.path().join("file"), 4);
    assert!(pids.iter().all(|pid| runs(*pid)));
    drop(child);
    assert!(end_soon(&pids));
}

#[test]
fn what_does_not_end_when_asked_is_waited_for_and_then_killed() {
    let on = OnTerminal::start(FOUR);
    let pids = on.pids(4);
    assert!(!on.child.ask_to_end(Duration::from_millis(300)));
    assert!(pids.iter().all(|pid| runs(*pid)), "they ignore SIGTERM");
    let status = on.child.terminate(Duration::ZERO).unwrap();
    assert_eq!(status.signal(), Some(Signal::KILL.as_raw()));
    assert!(end_soon(&pids));
}

#[test]
fn all_that_ends_when_asked_is_waited_for_no_longer_than_that() {
    let on = OnTerminal::start("sleep 1000 & echo $$ >$FILE; setsid sleep 1000 & wait");
    on.pids(1);
    let begin = std::time::Instant::now();
    assert!(on.child.ask_to_end(SOON) && begin.elapsed() < SOON);
}

#[test]
fn a_child_that_is_watched_ends_without_the_others() {
    let on = OnTerminal::start("trap '' HUP; sleep 1000 & echo $! >>$FILE; exit 7");
    let pids = on.pids(1);
    for _ in 0..2 {
        assert_eq!(on.child.watch_until(Deadline::after(SOON)).unwrap().code(), Some(7));
    }
    assert!(runs(pids[0]));
    assert_eq!(on.child.wait_until(Deadline::after(SOON)).unwrap().code(), Some(7));
    assert_eq!(on.child.watch_until(Deadline::after(SOON)).unwrap().code(), Some(7));
    assert!(end_soon(&pids));
}

#[test]
fn a_watched_child_that_was_killed_has_its_signal() {
    let on = OnTerminal::start("kill -ABRT $$");
    let status = on.child.watch_until(Deadline::after(SOON)).unwrap();
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()));
}

#[test]
fn a_process_that_uses_the_terminal_from_the_background_is_named() {
    let on = OnTerminal::start("sh -mc 'read x </dev/tty & sleep 1000'");
    let deadline = Deadline::after(SOON);
    while on.child.stopped_in_background().is_none() {
        assert!(!deadline.has_passed(), "it was not found");
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(on.child.stopped_in_background().as_deref(), Some("sh"));
}

#[test]
fn standard_input_that_is_no_terminal_is_an_error() {
    let mut command = Command::new("true");
    assert!(Child::spawn_on_terminal(command.stdin(Stdio::null())).is_err());
}

#[test]
fn what_runs_in_the_foreground_ends_when_we_are_killed_outright() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let mut parent = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_a_parent_of_a_session", "--ignored"])
        .env("PID_FILE", &file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let pids = pids_in(&file, 2);
    assert!(pids.iter().all(|pid| runs(*pid)));
    kill_process(Pid::from_child(&parent), Signal::KILL).unwrap();
    parent.wait().unwrap();
    assert!(end_soon(&pids));
}

/// As a runner is that somebody has started with `nohup`.
#[test]
fn what_runs_in_the_foreground_ends_even_if_we_ignore_hang_ups() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let mut parent = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\" --exact as_a_parent_of_a_session --ignored"])
        .arg(std::env::current_exe().unwrap())
        .env("PID_FILE", &file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let pids = pids_in(&file, 2);
    kill_process(Pid::from_child(&parent), Signal::KILL).unwrap();
    parent.wait().unwrap();
    assert!(end_soon(&pids));
}

#[test]
#[ignore = "run by `what_runs_in_the_foreground_ends_when_we_are_killed_outright`, which kills it"]
fn as_a_parent_of_a_session() {
    let Some(file) = std::env::var_os("PID_FILE") else { return };
    let script = "echo $$ >>$FILE; sh -c 'echo $$ >>$FILE; sleep 1000; true'; true";
    let _held = on_terminal(script, Path::new(&file));
    thread::sleep(Duration::from_secs(1000));
}
