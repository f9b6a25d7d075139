//! All that a child has started, wherever it has gone: into groups and sessions of its own, or to other parents.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::os::fd::OwnedFd;
use std::process::{self, Command};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use crate::Deadline;

/// The variable that a child hands on to all that it starts.
const NAME: &str = "BOOTGATE_FAMILY";

/// How often the processes of this host are looked through while a family is to end.
const LOOK: Duration = Duration::from_millis(10);

/// How long killed processes may take to be gone.
const KILL_LIMIT: Duration = Duration::from_secs(2);

/// The processes of a child's session, and those that have the child's mark in their environment.
#[derive(Debug)]
pub(crate) struct Family {
    mark: String,
}

impl Family {
    /// Marks all that `command` will start.
    pub(crate) fn of(command: &mut Command) -> Family {
        let mark = format!("{:016x}", RandomState::new().hash_one(process::id()));
        command.env(NAME, &mark);
        Family { mark: format!("{NAME}={mark}") }
    }

    /// Sends `signal` to each. Whom we may not signal, such as what `sudo` has started, is passed over.
    ///
    /// `leader` must not have been reaped: until then no other session can have its number.
    pub(crate) fn signal(&self, leader: Pid, signal: Signal) {
        for member in self.members(leader) {
            // Fails only where it has just ended, or is not ours to signal.
            let _ended = pidfd_send_signal(member, signal);
        }
    }

    /// Waits until all are gone; whether they are.
    pub(crate) fn is_gone_by(&self, leader: Pid, deadline: Deadline) -> bool {
        while !self.members(leader).is_empty() {
            if deadline.has_passed() {
                return false;
            }
            thread::sleep(LOOK.min(deadline.remaining()));
        }
        true
    }

    /// Kills all, also those that are started meanwhile.
    pub(crate) fn kill(&self, leader: Pid) {
        let deadline = Deadline::after(KILL_LIMIT);
        while !deadline.has_passed() {
            self.signal(leader, Signal::KILL);
            if self.is_gone_by(leader, Deadline::after(LOOK)) {
                return;
            }
        }
    }

    /// The name of a process that the system has stopped, because it used the terminal from the background.
    pub(crate) fn stopped_in_background(&self, leader: Pid) -> Option<String> {
        pids().into_iter().filter_map(Look::at).find_map(|look| {
            let of_session = look.session == leader.as_raw_nonzero().get();
            let stopped = look.state == "T" && look.group != look.foreground;
            (of_session && stopped).then_some(look.name)
        })
    }

    fn members(&self, leader: Pid) -> Vec<OwnedFd> {
        pids().into_iter().filter_map(|pid| self.member(pid, leader)).collect()
    }

    /// The process is held before it is looked at: a signal can only reach the one that was seen.
    fn member(&self, pid: Pid, leader: Pid) -> Option<OwnedFd> {
        let held = pidfd_open(pid, PidfdFlags::empty()).ok()?;
        let look = Look::at(pid).filter(Look::runs)?;
        let of_session = look.session == leader.as_raw_nonzero().get();
        (of_session || self.is_marked(pid)).then_some(held)
    }

    fn is_marked(&self, pid: Pid) -> bool {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|&byte| byte == 0).any(|variable| variable == self.mark.as_bytes())
    }
}

/// All processes of this host.
fn pids() -> Vec<Pid> {
    let Ok(folder) = fs::read_dir("/proc") else { return Vec::new() };
    let names = folder.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| Pid::from_raw(name.parse().ok()?)).collect()
}

/// What `/proc/<pid>/stat` says of a process.
#[derive(Debug, PartialEq, Eq)]
struct Look {
    name: String,
    state: String,
    group: i32,
    session: i32,
    /// The group in the foreground of its terminal.
    foreground: i32,
}

impl Look {
    fn at(pid: Pid) -> Option<Look> {
        let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
        Look::parse(&String::from_utf8_lossy(&stat))
    }

    /// The name in parentheses can hold anything, so what counts is behind its end.
    fn parse(stat: &str) -> Option<Look> {
        let (before, rest) = stat.rsplit_once(") ")?;
        let (_, name) = before.split_once(" (")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        let number = |index: usize| fields.get(index)?.parse().ok();
        Some(Look {
            name: name.replace(char::is_control, "?"),
            state: fields.first()?.to_string(),
            group: number(2)?,
            session: number(3)?,
            foreground: number(5)?,
        })
    }

    /// A zombie does not.
    fn runs(&self) -> bool {
        !matches!(self.state.as_str(), "Z" | "X")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_have_any_name() {
        let look = Look::parse("12 (a) S 1 \n(b)) T 7 8 9 1025 10 0 0").expect("a process");
        let expected = Look {
            name: "a) S 1 ?(b)".into(),
            state: "T".into(),
            group: 8,
            session: 9,
            foreground: 10,
        };
        assert_eq!(look, expected);
    }

    #[test]
    fn what_is_no_process_is_none() {
        for text in ["", "12", "12 (a", "12 (a) ", "12 (a) S 1 2", "12 (a) S 1 2 x 4 5"] {
            assert_eq!(Look::parse(text), None, "{text}");
        }
    }
}
