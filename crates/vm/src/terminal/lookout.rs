//! A look-out for a trap: a program in the background of its terminal, which the system stops without a word.
//!
//! `timeout` runs its program in a group of its own, and so in the background. QEMU sets the terminal up first of all, and
//! may not from there. Nobody would ever continue it, and the console would stay silent until a limit is over.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use supervise::{Child, Deadline};
use trial::{Ending, Signal, Signals};

/// How often is looked; what is found twice is there to stay.
const LOOK: Duration = Duration::from_secs(1);

/// Looks out until the command ends, and ends the trial where the trap has closed.
pub(crate) fn post(child: Arc<Child>, signals: Signals) -> io::Result<()> {
    let look_out = move || {
        if let Some(name) = trapped(&child) {
            // Nobody may be listening any more.
            let _heard = signals.send(Signal::Ended(ending(&name)));
        }
    };
    thread::Builder::new().name("lookout".into()).spawn(look_out).map(drop)
}

fn trapped(child: &Child) -> Option<String> {
    let mut before = None;
    while child.watch_until(Deadline::after(LOOK)).is_none() {
        let now = child.stopped_in_background();
        if now.is_some() && now == before {
            return now;
        }
        before = now;
    }
    None
}

fn ending(name: &str) -> Ending {
    let reason = format!(
        "`{name}` was stopped because it runs in the background of its terminal; \
         `timeout` needs `--foreground`, or can be left out: there are `limits`"
    );
    Ending { reason, by_guest: false, failed: false }
}
