//! A child process that cannot outlive us, with all that it starts.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{self, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, getpid, getppid, kill_process_group, pidfd_open,
    set_parent_process_death_signal,
};

use crate::{CleanUp, Deadline, Guard};

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
        die_with_parent(command);
        let name = format!("child {}", command.get_program().to_string_lossy());
        let process = Arc::new(Process::start(command)?);
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

    /// Kills the whole group at once. The child still has to be waited for.
    pub fn kill_group(&self) {
        self.process.signal(Signal::KILL);
    }

    /// Asks the group to end by SIGTERM, gives it `grace`, then kills it.
    ///
    /// # Errors
    /// The system does not say how the child ended.
    pub fn terminate(&self, grace: Duration) -> io::Result<ExitStatus> {
        self.process.signal(Signal::TERM);
        match self.wait_until(Deadline::after(grace)) {
            Some(status) => Ok(status),
            None => self.process.reap(),
        }
    }
}

impl AsFd for Child {
    /// A descriptor that polls as readable once the child has ended.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.process.pidfd.as_fd()
    }
}

impl Process {
    fn start(command: &mut Command) -> io::Result<Process> {
        let mut child = command.spawn()?;
        let pid = Pid::from_child(&child);
        match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(pidfd) => {
                Ok(Process { pid, pidfd, state: Mutex::new(State { child, status: None }) })
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
        if state.status.is_none() {
            // Fails only where the group is gone already, which is what was wanted.
            let _gone = kill_process_group(self.pid, signal);
        }
    }

    /// Kills the group and takes the child's status.
    fn reap(&self) -> io::Result<ExitStatus> {
        let mut state = self.state();
        self.signal_locked(&state, Signal::KILL);
        let status = state.child.wait()?;
        state.status = Some(status);
        Ok(status)
    }

    fn end(&self) {
        // Nobody is left to be told where waiting fails.
        let _status = self.reap();
    }
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
