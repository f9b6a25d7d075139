//! One program that is run to its end, with its output as lines, a deadline, and no way to outlive us.

use std::collections::VecDeque;
use std::io::{self, PipeReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use supervise::{Child, CleanUp, Deadline, Guard};

/// How many of its last lines are kept.
const KEPT: usize = 40;

/// A longer line is cut in pieces of so many bytes.
const LONGEST_LINE: usize = 4 << 10;

/// A program that is to be run.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) command: Command,
    /// How long it may take.
    pub(crate) limit: Duration,
    /// How it is to be ended before its time.
    pub(crate) ending: Ending,
}

/// How a program is ended before its time, at its limit or because we are asked to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// At once.
    Abrupt,
    /// With a few seconds to put things in order: a package manager that is cut off leaves a broken system behind. Where
    /// it runs through `sudo` it is root's, and only root can end it.
    Gentle {
        /// What makes us root, where we are not.
        sudo: Option<PathBuf>,
    },
}

/// Asks a process group to end, gives it four seconds, and then makes it.
const END_GENTLY: &str = "kill -TERM -$1
for second in 1 2 3 4; do sleep 1; kill -0 -$1 2>/dev/null || exit 0; done
kill -KILL -$1";

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Nothing where it was ended at its limit.
    pub(crate) status: Option<ExitStatus>,
    /// Its last lines of both outputs, without control characters and blank lines.
    pub(crate) lines: VecDeque<String>,
    limit: Duration,
}

impl Ended {
    pub(crate) fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// In words, such as `ended with exit status: 100`.
    pub(crate) fn how(&self) -> String {
        match self.status {
            Some(status) => format!("ended with {status}"),
            None => format!("did not end within {} s", self.limit.as_secs()),
        }
    }

    /// The last line, which mostly is the complaint.
    pub(crate) fn last_line(&self) -> &str {
        self.lines.back().map_or("", String::as_str)
    }
}

impl Job {
    pub(crate) fn within(self, limit: Duration) -> Job {
        Job { limit, ..self }
    }

    /// Runs it and hands each of its lines to `hear` as it comes.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn run(mut self, hear: &mut dyn FnMut(&str)) -> io::Result<Ended> {
        let (reader, writer) = io::pipe()?;
        self.command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        let child = Child::spawn(&mut self.command)?;
        let end = match self.ending {
            Ending::Abrupt => None,
            Ending::Gentle { sudo } => Some(End::of(&child, sudo)),
        };
        // Ours are the only writing ends that could hide the end of its output.
        drop(self.command);
        let deadline = Deadline::after(self.limit);
        let mut output = Output { reader, line: Vec::new(), lines: VecDeque::new() };
        output.follow(&child, deadline, hear)?;
        let status = child.wait_until(deadline);
        if status.is_some() {
            end.iter().for_each(End::is_not_needed);
        }
        Ok(Ended { status, lines: output.lines, limit: self.limit })
    }

    /// Runs it and gives its lines.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn run_unheard(self) -> io::Result<Ended> {
        self.run(&mut |_| ())
    }
}

/// Ends a process group gently when it is dropped or we are asked to end, unless it has ended by itself.
struct End {
    needed: Arc<AtomicBool>,
    _guard: Guard,
}

impl End {
    fn of(child: &Child, sudo: Option<PathBuf>) -> End {
        let needed = Arc::new(AtomicBool::new(true));
        let (asked, group) = (Arc::clone(&needed), child.id());
        let guard = CleanUp::push(format!("process group {group}"), move || {
            if asked.load(Ordering::SeqCst) {
                end_gently(sudo.as_deref(), group);
            }
        });
        End { needed, _guard: guard }
    }

    fn is_not_needed(&self) {
        self.needed.store(false, Ordering::SeqCst);
    }
}

fn end_gently(sudo: Option<&Path>, group: u32) {
    let mut command = Command::new(sudo.unwrap_or(Path::new("/bin/sh")));
    if sudo.is_some() {
        command.args(["-n", "/bin/sh"]);
    }
    command.args(["-c", END_GENTLY, "sh"]).arg(group.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let deadline = Deadline::after(Duration::from_secs(6));
    // Where even that fails, nothing is left to try.
    let _ended = Child::spawn(&mut command).map(|child| child.wait_until(deadline));
}

/// What is worth looking at next.
enum Ready {
    Output,
    Ended,
    Late,
}

/// Both outputs of a program, read through one pipe.
struct Output {
    reader: PipeReader,
    line: Vec<u8>,
    lines: VecDeque<String>,
}

impl Output {
    /// Reads until the program ended, closed its outputs, or is late. What it left running may hold the pipe for ever:
    /// that is not waited for.
    fn follow(
        &mut self,
        child: &Child,
        deadline: Deadline,
        hear: &mut dyn FnMut(&str),
    ) -> io::Result<()> {
        let mut chunk = [0; 4096];
        while let Ready::Output = self.ready(child, deadline)? {
            let read = self.reader.read(&mut chunk)?;
            if read == 0 {
                break;
            }
            chunk[..read].iter().for_each(|&byte| self.take(byte, hear));
        }
        self.end_line(hear);
        Ok(())
    }

    fn ready(&self, child: &Child, deadline: Deadline) -> io::Result<Ready> {
        while !deadline.has_passed() {
            let mut fds =
                [PollFd::new(&self.reader, PollFlags::IN), PollFd::new(child, PollFlags::IN)];
            let time = Timespec::try_from(deadline.remaining()).ok();
            match poll(&mut fds, time.as_ref()) {
                Err(rustix::io::Errno::INTR) | Ok(0) => {}
                Err(error) => return Err(error.into()),
                Ok(_) if !fds[0].revents().is_empty() => return Ok(Ready::Output),
                Ok(_) => return Ok(Ready::Ended),
            }
        }
        Ok(Ready::Late)
    }

    /// A lone carriage return ends a line too: so do programs that draw progress.
    fn take(&mut self, byte: u8, hear: &mut dyn FnMut(&str)) {
        match byte {
            b'\n' | b'\r' => self.end_line(hear),
            _ => self.line.push(byte),
        }
        if self.line.len() >= LONGEST_LINE {
            self.end_line(hear);
        }
    }

    fn end_line(&mut self, hear: &mut dyn FnMut(&str)) {
        let line = plain(&std::mem::take(&mut self.line));
        if line.trim().is_empty() {
            return;
        }
        hear(&line);
        self.lines.push_back(line);
        if self.lines.len() > KEPT {
            self.lines.pop_front();
        }
    }
}

fn plain(line: &[u8]) -> String {
    String::from_utf8_lossy(line)
        .trim_end()
        .replace(|c: char| c.is_control() && c != '\t', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn sh(script: &str, limit: Duration) -> (Ended, Vec<String>) {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut heard = Vec::new();
        let job = Job { command, limit, ending: Ending::Abrupt };
        let ended = job.run(&mut |line| heard.push(line.to_owned())).unwrap();
        (ended, heard)
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn both_outputs_come_as_lines_in_their_order() {
        let (ended, heard) =
            sh("echo one; echo two >&2; printf '10%%\\r20%%\\r\\n\\nthree'; exit 7", LONG);
        assert_eq!(heard, ["one", "two", "10%", "20%", "three"]);
        assert_eq!(
            (ended.how().as_str(), ended.last_line()),
            ("ended with exit status: 7", "three")
        );
    }

    #[test]
    fn only_the_last_lines_are_kept_and_all_are_heard() {
        let (ended, heard) = sh("i=0; while [ $i -lt 100 ]; do echo $i; i=$((i+1)); done", LONG);
        assert_eq!((heard.len(), ended.lines.len()), (100, KEPT));
        assert_eq!((ended.lines[0].as_str(), ended.last_line()), ("60", "99"));
    }

    #[test]
    fn a_line_cannot_act_on_a_terminal_and_has_a_longest_length() {
        let (_, heard) = sh("printf '\\033[2Jx\\n'; head -c 10000 /dev/zero | tr '\\0' a", LONG);
        assert_eq!(heard[0], "\u{fffd}[2Jx");
        assert_eq!(heard[1..].iter().map(String::len).collect::<Vec<_>>(), [4096, 4096, 1808]);
    }

    #[test]
    fn at_its_limit_a_program_is_ended_with_all_that_it_started() {
        let began = Instant::now();
        let (ended, heard) = sh("sleep 60 & echo $!; wait", Duration::from_millis(300));
        assert!(began.elapsed() < LONG / 2 && ended.status.is_none(), "{ended:?}");
        let state =
            || std::fs::read_to_string(format!("/proc/{}/stat", heard[0])).unwrap_or_default();
        let gone = || state().is_empty() || state().contains(") Z ");
        assert!((0..50).any(|_| gone() || {
            std::thread::sleep(Duration::from_millis(20));
            false
        }));
    }

    #[test]
    fn a_gentle_end_leaves_time_to_put_things_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let script = format!(
            "exec >{}; trap 'sleep 0.3; echo in order; exit 1' TERM; sleep 60 & wait",
            log.display()
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script]);
        let ending = Ending::Gentle { sudo: None };
        let ended =
            Job { command, limit: Duration::from_millis(300), ending }.run_unheard().unwrap();
        assert!(ended.status.is_none());
        assert_eq!(std::fs::read_to_string(log).unwrap(), "in order\n");
    }

    #[test]
    fn a_service_that_keeps_the_output_open_is_not_waited_for() {
        let began = Instant::now();
        let (ended, heard) = sh("setsid sleep 3 & echo started", LONG);
        assert!(ended.succeeded() && heard == ["started"]);
        assert!(began.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn a_flood_does_not_hide_the_limit() {
        let began = Instant::now();
        let (ended, _) = sh("yes", Duration::from_millis(300));
        assert!(ended.status.is_none() && began.elapsed() < LONG / 2);
    }
}
