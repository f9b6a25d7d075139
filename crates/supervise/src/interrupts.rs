//! SIGINT, SIGTERM and SIGHUP: first a request, then an order.

use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::CleanUp;

/// How long the process may take to end by itself after the first signal.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the clean-up may take before the process ends without it.
const CLEAN_UP_LIMIT: Duration = Duration::from_secs(5);

/// The exit code of a run that was ended: it has no verdict.
const NO_VERDICT: i32 = 3;

/// What is done about signals that ask the process to end.
#[derive(Debug)]
pub struct Interrupts;

impl Interrupts {
    /// Calls `callback` with the signal's name on the first SIGINT, SIGTERM or SIGHUP.
    ///
    /// The process then has 5 s to end by itself. After that, or on a second signal, every clean-up action is run and
    /// the process exits with code 3. Call it once, at the start: from then on these signals do nothing else.
    ///
    /// # Errors
    /// The system refuses the handlers or the thread.
    pub fn on_interrupt(callback: impl FnOnce(&'static str) + Send + 'static) -> io::Result<()> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        thread::Builder::new().name("interrupts".into()).spawn(move || {
            let mut forever = signals.forever();
            if let Some(first) = forever.next() {
                request(name(first), callback);
                forever.next();
                give_up();
            }
        })?;
        Ok(())
    }
}

/// Asks the process to end, and sees that it does. The callback has a thread of its own, so that it may block.
fn request(name: &'static str, callback: impl FnOnce(&'static str) + Send + 'static) {
    thread::spawn(|| {
        thread::sleep(PATIENCE);
        give_up();
    });
    thread::spawn(move || callback(name));
}

/// Runs every clean-up action and exits.
#[expect(clippy::exit, reason = "the process was asked to end and did not, or cannot go on")]
pub(crate) fn give_up() -> ! {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || {
        CleanUp::run_all();
        done.send(())
    });
    // An action that hangs must not keep us alive.
    let _late = is_done.recv_timeout(CLEAN_UP_LIMIT);
    std::process::exit(NO_VERDICT)
}

fn name(signal: i32) -> &'static str {
    match signal {
        SIGINT => "SIGINT",
        SIGHUP => "SIGHUP",
        _ => "SIGTERM",
    }
}
