//! The guest's console: every byte that QEMU wrote, in order, and then the end.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::ChildStdout;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::pipe::fcntl_setpipe_size;
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

/// Passes on all that is written until the writers are gone. Once one of `ends` is readable, what is there to read is all
/// there is, even if a stray process still holds the other end. Stops early when `hear` does not want any more.
pub(crate) fn forward(
    mut console: impl Read + AsFd,
    ends: &[BorrowedFd<'_>],
    mut hear: impl FnMut(Vec<u8>) -> bool,
) {
    loop {
        let ended = wait(console.as_fd(), ends);
        match drain(&mut console, &mut hear) {
            Drained::Empty if !ended => thread::sleep(GATHER),
            Drained::Empty | Drained::Closed | Drained::Unheard => return,
        }
    }
}

/// Waits until there is something to read or the end has come; says whether it has.
fn wait(console: BorrowedFd<'_>, ends: &[BorrowedFd<'_>]) -> bool {
    let all = [&[console], ends].concat();
    let mut fds: Vec<PollFd<'_>> = all.iter().map(|fd| PollFd::new(fd, PollFlags::IN)).collect();
    // An error such as EINTR leaves all empty, and the next round asks again.
    poll(&mut fds, None).is_ok() && fds[1..].iter().any(|fd| !fd.revents().is_empty())
}

enum Drained {
    /// Nothing more for now.
    Empty,
    /// Nothing more ever.
    Closed,
    /// Nobody wants it.
    Unheard,
}

fn drain(console: &mut impl Read, hear: &mut impl FnMut(Vec<u8>) -> bool) -> Drained {
    loop {
        let mut chunk = vec![0; CHUNK];
        match console.read(&mut chunk) {
            Ok(0) => return Drained::Closed,
            Ok(read) => {
                chunk.truncate(read);
                chunk.shrink_to_fit();
                if !hear(chunk) {
                    return Drained::Unheard;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Drained::Empty,
            Err(_) => return Drained::Closed,
        }
    }
}
