//! The order to let go of a terminal, for the thread that reads it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{EventfdFlags, eventfd};

/// First announced, then given.
#[derive(Debug)]
pub(crate) struct HangUp {
    announced: AtomicBool,
    now: AtomicBool,
    /// Readable once the order is given.
    event: OwnedFd,
}

impl HangUp {
    pub(crate) fn new() -> io::Result<HangUp> {
        let event = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(HangUp { announced: AtomicBool::new(false), now: AtomicBool::new(false), event })
    }

    /// From now on the end is our doing.
    pub(crate) fn announce(&self) {
        self.announced.store(true, Ordering::Release);
    }

    pub(crate) fn is_announced(&self) -> bool {
        self.announced.load(Ordering::Acquire)
    }

    /// The terminal is to be closed at once.
    pub(crate) fn now(&self) {
        self.now.store(true, Ordering::Release);
        // Fails only where it was given before.
        let _given = rustix::io::write(&self.event, &1_u64.to_ne_bytes());
    }

    pub(crate) fn is_now(&self) -> bool {
        self.now.load(Ordering::Acquire)
    }
}

impl AsFd for HangUp {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.event.as_fd()
    }
}
