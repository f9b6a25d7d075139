//! Typing on the console without ever waiting for ever for a guest that does not read.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use supervise::Deadline;

/// How long the guest may leave everything unread that was typed before.
const PATIENCE: Duration = Duration::from_secs(5);

/// The writing end of the console.
#[derive(Debug)]
pub(crate) struct Keyboard(File);

impl Keyboard {
    pub(crate) fn new(end: impl Into<OwnedFd>) -> io::Result<Keyboard> {
        let end = end.into();
        fcntl_setfl(&end, fcntl_getfl(&end)? | OFlags::NONBLOCK)?;
        Ok(Keyboard(end.into()))
    }

    /// The same console for someone else.
    pub(crate) fn another(&self) -> io::Result<Keyboard> {
        self.0.try_clone().map(Keyboard)
    }

    /// Types all of `bytes`.
    pub(crate) fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let deadline = Deadline::after(PATIENCE);
        while !bytes.is_empty() {
            match self.0.write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait_for_room(deadline)?
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn wait_for_room(&self, deadline: Deadline) -> io::Result<()> {
        if deadline.has_passed() {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the guest does not read its console",
            ));
        }
        let time = Timespec::try_from(deadline.remaining()).ok();
        poll(&mut [PollFd::new(&self.0.as_fd(), PollFlags::OUT)], time.as_ref())?;
        Ok(())
    }
}
