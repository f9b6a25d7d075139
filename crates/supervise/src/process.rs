//! A process that can be told from a later one with the same number.

use std::fmt;
use std::fs;
use std::str::FromStr;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::Deadline;

/// How often we look whether a process that was asked to end has ended.
const LOOK: Duration = Duration::from_millis(20);

/// How long a process that was killed may take to be gone.
const KILLED: Duration = Duration::from_secs(5);

/// A process by its number and the time it was started at, so that it can be named in a file and found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    pid: i32,
    /// Clock ticks after the machine was started.
    started: u64,
}

impl Process {
    /// This process; none where `/proc` does not tell.
    pub fn this() -> Option<Process> {
        let pid = rustix::process::getpid().as_raw_nonzero().get();
        Some(Process { pid, started: started(pid)? })
    }

    /// Whether it still runs.
    pub fn is_alive(self) -> bool {
        started(self.pid) == Some(self.started)
    }

    /// Asks it to end, waits for `grace`, and kills it with its group if it leads one. Says whether there was one to end.
    pub fn end(self, grace: Duration) -> bool {
        if !self.is_alive() {
            return false;
        }
        for (signal, time) in [(Signal::TERM, grace), (Signal::KILL, KILLED)] {
            self.signal(signal);
            let deadline = Deadline::after(time);
            while self.is_alive() && !deadline.has_passed() {
                std::thread::sleep(LOOK);
            }
            if !self.is_alive() {
                break;
            }
        }
        true
    }

    fn signal(self, signal: Signal) {
        let Some(pid) = Pid::from_raw(self.pid) else { return };
        // It may have ended meanwhile, or lead no group.
        let _ended = kill_process(pid, signal);
        let _no_group = kill_process_group(pid, signal);
    }
}

/// When a process was started: the 22nd field of its `stat`, counted after the name, which may hold anything. A process
/// that has ended and was not waited for counts as gone, once its last thread is: until then its files and locks are open.
fn started(pid: i32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let threads = || fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count);
    if matches!(fields.next()?, "Z" | "X") && threads() < 2 {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.pid, self.started)
    }
}

impl FromStr for Process {
    type Err = NotAProcess;

    fn from_str(text: &str) -> Result<Process, NotAProcess> {
        let (pid, started) = text.split_once('@').ok_or(NotAProcess)?;
        let pid = pid.parse().ok().filter(|pid| *pid > 1).ok_or(NotAProcess)?;
        Ok(Process { pid, started: started.parse().map_err(|_| NotAProcess)? })
    }
}

/// The text names no process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAProcess;

impl fmt::Display for NotAProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a process: `<number>@<start>` is expected")
    }
}

impl std::error::Error for NotAProcess {}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_is_found_again_by_its_name_and_ended() {
        let mut child = Command::new("sleep").arg("60").spawn().expect("sleep starts");
        let pid = i32::try_from(child.id()).expect("a number");
        let process = Process { pid, started: started(pid).expect("it runs") };
        assert_eq!(process.to_string().parse(), Ok(process));
        assert!(process.end(Duration::from_secs(5)));
        assert!(!process.is_alive() && !process.end(Duration::ZERO));
        child.wait().expect("it is gone");
    }

    #[test]
    fn another_process_with_the_same_number_is_left_alone() {
        let this = Process::this().expect("we run");
        let other = Process { started: this.started + 1, ..this };
        assert!(!other.end(Duration::ZERO), "we would have ended ourselves");
    }

    #[test]
    fn everything_and_nothing_are_no_processes() {
        for text in ["", "1@5", "0@5", "-1@5", "12", "12@x"] {
            assert_eq!(text.parse::<Process>(), Err(NotAProcess), "{text}");
        }
    }
}
