//! The guest's console: every byte that QEMU wrote, in order, and then the end.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::process::ChildStdout;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pipe::fcntl_setpipe_size;
use supervise::Child;
use trial::{Signal, Signals};

/// How much is read and passed on at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// How much may wait in the pipe before QEMU, and with it the guest, has to wait: what Linux lets everyone have.
const PIPE: usize = 1 << 20;

/// QEMU writes an emulated serial line byte by byte; this pause turns thousands of wake-ups into one.
const GATHER: Duration = Duration::from_millis(2);

/// Makes `stdout` ready for [`forward`].
pub(crate) fn prepare(stdout: &ChildStdout) -> io::Result<()> {
    // A smaller pipe works as well, only with more waiting.
    let _size = fcntl_setpipe_size(stdout, PIPE);
    Ok(fcntl_setfl(stdout, fcntl_getfl(stdout)? | OFlags::NONBLOCK)?)
}

/// Passes on all that is written until the writers are gone. Once `child` has ended, what is in the pipe is all there is,
/// even if a stray process still holds its other end. Stops early when nobody listens any more.
pub(crate) fn forward(mut stdout: ChildStdout, child: &Child, signals: &Signals) {
    loop {
        let ended = wait(&stdout, child);
        match drain(&mut stdout, signals) {
            Drained::Empty if !ended => thread::sleep(GATHER),
            Drained::Empty | Drained::Closed | Drained::Unheard => return,
        }
    }
}

/// Waits until there is something to read or the child has ended; says whether it has.
fn wait(stdout: &ChildStdout, child: &Child) -> bool {
    let (stdout, child) = (stdout.as_fd(), child.as_fd());
    let mut fds = [PollFd::new(&stdout, PollFlags::IN), PollFd::new(&child, PollFlags::IN)];
    // An error such as EINTR leaves both empty, and the next round asks again.
    poll(&mut fds, None).is_ok() && !fds[1].revents().is_empty()
}

enum Drained {
    /// Nothing more for now.
    Empty,
    /// Nothing more ever.
    Closed,
    /// Nobody wants it.
    Unheard,
}

fn drain(stdout: &mut ChildStdout, signals: &Signals) -> Drained {
    loop {
        let mut chunk = vec![0; CHUNK];
        match stdout.read(&mut chunk) {
            Ok(0) => return Drained::Closed,
            Ok(read) => {
                chunk.truncate(read);
                chunk.shrink_to_fit();
                if !signals.send(Signal::Console(chunk)) {
                    return Drained::Unheard;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Drained::Empty,
            Err(_) => return Drained::Closed,
        }
    }
}
