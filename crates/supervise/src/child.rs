//! A child process that cannot outlive us, with all that it starts.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{self, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, getpid, getppid, kill_process_group,
    pidfd_open, set_parent_process_death_signal, waitid,
};

use crate::family::Family;
use crate::{CleanUp, Deadline, Guard, session};

/// How long a child that was killed may take to be gone.
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// A child process in a process group of its own; dropping it kills the group and reaps the child.
///
/// The child also dies when we do, even by SIGKILL: the kernel sends it the parent-death signal. That signal is tied to
/// the **thread** that called [`Child::spawn`], not to the process: spawn from a thread that lives as long as the child
/// should. When the child itself ends, the rest of its group is killed, so nothing it started stays behind.
#[derive(Debug)]
pub struct Child {
    process: Arc<Process>,
    // Ends the process when dropped; also reached by the signal path.
    _guard: Guard,
}

#[derive(Debug)]
struct Process {
    pid: Pid,
    pidfd: OwnedFd,
    /// Where the child leads a session: all that belongs to it.
    family: Option<Family>,
    state: Mutex<State>,
}

/// Signals go out only under this lock and only before the child was reaped: a process id is never used after that.
#[derive(Debug)]
struct State {
    child: process::Child,
    status: Option<ExitStatus>,
}

impl Child {
    /// Starts `command` in its own process group, tied to the calling thread's life.
    ///
    /// # Errors
    /// The program cannot be started, or the system is older than Linux 5.3.
    pub fn spawn(command: &mut Command) -> io::Result<Child> {
        command.process_group(0);
        Child::start(command, None)
    }

    /// Starts `command`, whose standard input is a terminal, as the leader of a session of its own on that terminal.
    ///
    /// All that it starts is ended with it: its session, and what has left the session but kept the environment. When we
    /// are killed outright the kernel kills the child and hangs up the terminal, which ends what runs in its foreground.
    ///
    /// # Errors
    /// As [`Child::spawn`], or standard input is no terminal or is another session's.
    pub fn spawn_on_terminal(command: &mut Command) -> io::Result<Child> {
        let family = Family::of(command);
        session::lead(command);
        Child::start(command, Some(family))
    }

    /// Starts `command` as the leader of a session of its own, which has no terminal. All that it starts is ended with it,
    /// as by [`Child::spawn_on_terminal`], but for what nobody is left to end when we are killed outright.
    ///
    /// # Errors
    /// As [`Child::spawn`].
    pub fn spawn_in_session(command: &mut Command) -> io::Result<Child> {
        let family = Family::of(command);
        session::begin(command);
        Child::start(command, Some(family))
    }

    fn start(command: &mut Command, family: Option<Family>) -> io::Result<Child> {
        die_with_parent(command);
        let name = format!("child {}", command.get_program().to_string_lossy());
        let process = Arc::new(Process::start(command, family)?);
        let ended = Arc::clone(&process);
        let guard = CleanUp::push(name, move || ended.end());
        Ok(Child { process, _guard: guard })
    }

    /// The process id, which is also its group's.
    pub fn id(&self) -> u32 {
        self.process.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// The writing end of its standard input, once, where that was piped.
    pub fn take_stdin(&self) -> Option<ChildStdin> {
        self.process.state().child.stdin.take()
    }

    /// The reading end of its standard output, once, where that was piped.
    pub fn take_stdout(&self) -> Option<ChildStdout> {
        self.process.state().child.stdout.take()
    }

    /// The reading end of its standard error, once, where that was piped.
    pub fn take_stderr(&self) -> Option<ChildStderr> {
        self.process.state().child.stderr.take()
    }

    /// Waits until the child ended or the deadline passed, and then kills what is left of its group.
    pub fn wait_until(&self, deadline: Deadline) -> Option<ExitStatus> {
        self.process.wait_until(deadline)
    }

    /// Waits until the child ended or the deadline passed, and leaves what is left of its group alone: it still has to be
    /// waited for.
    pub fn watch_until(&self, deadline: Deadline) -> Option<ExitStatus> {
        self.process.watch_until(deadline)
    }

    /// The name of a process of its session that the system has stopped, because it is in the background of the session's
    /// terminal and used it all the same.
    pub fn stopped_in_background(&self) -> Option<String> {
        self.process.family.as_ref()?.stopped_in_background(self.process.pid)
    }

    /// Kills the whole group at once. The child still has to be waited for.
    pub fn kill_group(&self) {
        self.process.signal(Signal::KILL);
    }

    /// Asks the group to end by SIGTERM and gives it `grace`; whether it ended: the child, or all of its session.
    pub fn ask_to_end(&self, grace: Duration) -> bool {
        self.process.signal(Signal::TERM);
        self.process.is_gone_by(Deadline::after(grace))
    }

    /// Asks the group to end by SIGTERM, gives it `grace`, then kills it.
    ///
    /// # Errors
    /// The system does not say how the child ended, or it does not end even when it is killed.
    pub fn terminate(&self, grace: Duration) -> io::Result<ExitStatus> {
        self.ask_to_end(grace);
        self.process.reap()
    }
}

impl AsFd for Child {
    /// A descriptor that polls as readable once the child has ended.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.process.pidfd.as_fd()
    }
}

impl Process {
    fn start(command: &mut Command, family: Option<Family>) -> io::Result<Process> {
        let mut child = command.spawn()?;
        let pid = Pid::from_child(&child);
        match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => {
                let state = Mutex::new(State { child, status: None });
                Ok(Process { pid, pidfd, family, state })
            }
            Err(error) => {
                child.kill()?;
                child.wait()?;
                Err(error.into())
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until(&self, deadline: Deadline) -> Option<ExitStatus> {
        if !self.has_ended_by(deadline) {
            return None;
        }
        self.reap().ok()
    }

    fn watch_until(&self, deadline: Deadline) -> Option<ExitStatus> {
        if !self.has_ended_by(deadline) {
            return None;
        }
        let state = self.state();
        state.status.or_else(|| status(self.pidfd.as_fd()))
    }

    /// Waits for the child, or for all of its session, without reaping.
    fn is_gone_by(&self, deadline: Deadline) -> bool {
        match &self.family {
            Some(family) if self.state().status.is_none() => family.is_gone_by(self.pid, deadline),
            _ => self.has_ended_by(deadline),
        }
    }

    /// Waits without reaping, so that the process id stays ours.
    fn has_ended_by(&self, deadline: Deadline) -> bool {
        loop {
            let mut fds = [PollFd::new(&self.pidfd, PollFlags::IN)];
            let time = Timespec::try_from(deadline.remaining()).ok();
            match poll(&mut fds, time.as_ref()) {
                Ok(0) if deadline.has_passed() => return false,
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return true,
                Err(_) => return false,
            }
        }
    }

    fn signal(&self, signal: Signal) {
        self.signal_locked(&self.state(), signal);
    }

    fn signal_locked(&self, state: &State, signal: Signal) {
        if state.status.is_some() {
            return;
        }
        match &self.family {
            Some(family) if signal == Signal::KILL => family.kill(self.pid),
            Some(family) => family.signal(self.pid, signal),
            // Fails only where the group is gone already, which is what was wanted.
            None => drop(kill_process_group(self.pid, signal)),
        }
    }

    /// Kills the group and takes the child's status.
    fn reap(&self) -> io::Result<ExitStatus> {
        let mut state = self.state();
        self.signal_locked(&state, Signal::KILL);
        // What `sudo` runs cannot be killed, nor can a process that waits for a broken disk: neither is waited for.
        if !self.has_ended_by(Deadline::after(KILL_LIMIT)) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let status = state.child.wait()?;
        state.status = Some(status);
        Ok(status)
    }

    fn end(&self) {
        // Nobody is left to be told where waiting fails.
        let _status = self.reap();
    }
}

/// How a child ended that is not reaped by this.
fn status(child: BorrowedFd<'_>) -> Option<ExitStatus> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let ended = waitid(WaitId::PidFd(child), options).ok()??;
    let code = ended.exit_status().map(|code| (code & 0xff) << 8);
    code.or_else(|| ended.terminating_signal()).map(ExitStatus::from_raw)
}

/// Has the kernel kill the child when the calling thread ends.
#[expect(unsafe_code, reason = "std offers no safe way to run code between fork and exec")]
fn die_with_parent(command: &mut Command) {
    let parent = getpid();
    // SAFETY: the closure makes two system calls and touches neither locks nor the heap, as `pre_exec` demands of code
    // that runs in a forked copy of a process with threads.
    unsafe {
        command.pre_exec(move || {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            // A parent that died before the call above will send no signal any more.
            if getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
        });
    }
}
