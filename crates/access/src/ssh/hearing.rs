//! Reading what a script writes, up to its end or the limit.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::process::{ChildStderr, ChildStdout};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use supervise::{Child, Deadline};

use super::marked::Marked;

/// How long nothing may come once the script has ended: something that it has left behind may hold its outputs for ever.
const QUIET: Duration = Duration::from_secs(2);

/// How much is read at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// What is still to be read.
struct Outputs {
    output: Option<ChildStdout>,
    errors: Option<ChildStderr>,
}

/// Passes both outputs to `marked`, until they are closed, the deadline has passed or the end was seen.
pub(super) fn hear(child: &Child, marked: &mut Marked, deadline: Deadline) -> io::Result<()> {
    let mut outputs = Outputs { output: child.take_stdout(), errors: child.take_stderr() };
    while outputs.output.is_some() || outputs.errors.is_some() {
        let ended =
            marked.is_ended() || child.watch_until(Deadline::after(Duration::ZERO)).is_some();
        let time = deadline.remaining().min(if ended { QUIET } else { Duration::MAX });
        if deadline.has_passed() || !outputs.read(child, marked, ended, time)? && ended {
            return Ok(());
        }
    }
    Ok(())
}

impl Outputs {
    /// Waits for something to read, or for the child's end while that has not come, and reads it; whether there was any.
    fn read(
        &mut self,
        child: &Child,
        marked: &mut Marked,
        ended: bool,
        time: Duration,
    ) -> io::Result<bool> {
        let fds = [
            self.output.as_ref().map(AsFd::as_fd),
            self.errors.as_ref().map(AsFd::as_fd),
            (!ended).then(|| child.as_fd()),
        ];
        let mut polled: Vec<PollFd<'_>> =
            fds.iter().flatten().map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN)).collect();
        match poll(&mut polled, Timespec::try_from(time).ok().as_ref()) {
            Err(rustix::io::Errno::INTR) => return Ok(true),
            outcome => outcome?,
        };
        let mut ready = polled.iter().map(|fd| !fd.revents().is_empty());
        let [output, errors, _] =
            fds.map(|fd| fd.is_some() && ready.next().is_some_and(|ready| ready));
        if output {
            take(&mut self.output, |bytes| marked.hear_output(bytes))?;
        }
        if errors {
            take(&mut self.errors, |bytes| marked.hear_errors(bytes))?;
        }
        Ok(output || errors)
    }
}

/// Reads what is there; at its end the stream is gone.
fn take<R: Read>(stream: &mut Option<R>, hear: impl FnOnce(&[u8])) -> io::Result<()> {
    let Some(open) = stream else { return Ok(()) };
    let mut chunk = vec![0; CHUNK];
    match open.read(&mut chunk)? {
        0 => *stream = None,
        read => hear(&chunk[..read]),
    }
    Ok(())
}
