//! A session of its own, with or without a terminal of its own.

use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{ioctl_tiocsctty, setsid};

/// Has the child lead a new session, with its standard input as the session's terminal.
///
/// The terminal is what ends the session's other processes when the child is killed outright: the kernel hangs it up. That
/// works only where the signal is not ignored, and who was started by `nohup`, as many a runner is, ignores it.
#[expect(unsafe_code, reason = "std offers no safe way to run code between fork and exec")]
pub(crate) fn lead(command: &mut Command) {
    // SAFETY: the closure makes three system calls and touches neither locks nor the heap, as `pre_exec` demands of code
    // that runs in a forked copy of a process with threads; descriptor 0 is open, for `Command` has just put it there.
    unsafe {
        command.pre_exec(|| {
            if libc::signal(libc::SIGHUP, libc::SIG_DFL) == libc::SIG_ERR {
                return Err(io::Error::last_os_error());
            }
            setsid()?;
            ioctl_tiocsctty(BorrowedFd::borrow_raw(0))?;
            Ok(())
        });
    }
}

/// Has the child lead a new session that has no terminal.
#[expect(unsafe_code, reason = "std offers no safe way to run code between fork and exec")]
pub(crate) fn begin(command: &mut Command) {
    // SAFETY: the closure makes one system call and touches neither locks nor the heap, as `pre_exec` demands.
    unsafe {
        command.pre_exec(|| Ok(setsid().map(drop)?));
    }
}
