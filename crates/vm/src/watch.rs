//! Who looks on while QEMU runs.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::process::ChildStdout;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use supervise::{Child, Deadline};
use trial::{Ending, Signal, Signals};

use crate::console;
use crate::ending::{self, Exit, Traces};
use crate::hold::Attached;
use crate::qmp::Client;
use crate::tail::Tail;

/// How long QEMU's last words may take to arrive once its process is gone.
const WORDS_LIMIT: Duration = Duration::from_millis(500);

/// Looks on from the guest's first byte to the end of QEMU.
pub(crate) struct Watch {
    pub(crate) child: Arc<Child>,
    pub(crate) client: Arc<Client>,
    pub(crate) tail: Tail,
    pub(crate) stopped: Arc<AtomicBool>,
    pub(crate) exit: Option<Exit>,
    /// Whether QEMU waits for us once a guest that may be kept has ended.
    pub(crate) pauses: bool,
    /// Who is attached to a guest that may be kept.
    pub(crate) attached: Option<Arc<Attached>>,
}

impl Watch {
    pub(crate) fn run(self, stdout: ChildStdout, signals: &Signals) {
        let Some(attached) = &self.attached else {
            let hear = |bytes| signals.send(Signal::Console(bytes));
            console::forward(stdout, &[self.child.as_fd()], hear);
            let _heard = signals.send(Signal::Ended(self.ending()));
            return;
        };
        let stdout = File::from(OwnedFd::from(stdout));
        let hear = |bytes: Vec<u8>| {
            attached.tell(&bytes);
            signals.send(Signal::Console(bytes))
        };
        console::forward(&stdout, &[self.child.as_fd(), self.client.ended()], hear);
        // Nobody may be listening any more.
        let _heard = signals.send(Signal::Ended(self.paused().unwrap_or_else(|| self.ending())));
        let tell = |bytes: Vec<u8>| {
            attached.tell(&bytes);
            true
        };
        console::forward(&stdout, &[self.child.as_fd()], tell);
        let reason = "QEMU ended".to_owned();
        let _heard = signals.send(Signal::Ended(Ending { reason, by_guest: false, failed: false }));
    }

    /// How a guest ended whose QEMU is still there.
    fn paused(&self) -> Option<Ending> {
        let shutdown = Some(self.client.shutdown().filter(|_| self.pauses)?);
        let (stopped, exit) = (self.stopped.load(Ordering::Acquire), self.exit);
        let (status, last_line) = (None, None);
        Some(ending::ending(&Traces { shutdown, status, stopped, exit, last_line }))
    }

    fn ending(&self) -> Ending {
        let status = self.child.wait_until(Deadline::after(Duration::MAX));
        let deadline = Deadline::after(WORDS_LIMIT);
        ending::ending(&Traces {
            shutdown: self.client.last_words(deadline),
            status,
            stopped: self.stopped.load(Ordering::Acquire),
            exit: self.exit,
            last_line: self.tail.lines(deadline).pop(),
        })
    }
}
