//! Who looks on while a trial runs.

use std::time::Duration;

use verdict::{Judgement, Stage};

use crate::Signals;

/// A door's eyes on a run: a progress line, a live log, a signal handler. Every method may be left out.
pub trait Watcher {
    /// The run begins, or is tried again; an interruption can be sent to it from now on.
    fn listen(&mut self, _signals: Signals) {}

    /// The guest wrote on its console.
    fn console(&mut self, _bytes: &[u8]) {}

    /// How long a machine is to be kept whose run did not pass, where it is.
    fn holds(&self) -> Option<Duration> {
        None
    }

    /// A machine is kept for so long; these are the ways to it, a line each. An interruption ends it.
    fn held(&mut self, _judgement: &Judgement, _ways: &[String], _time: Duration) {}

    /// How many of its steps a run that has ended so many may take by now: others may come first.
    ///
    /// # Errors
    /// The run has to end, because of what became of another: that one's name.
    fn turn(&mut self, _ended: usize) -> Result<usize, String> {
        Ok(usize::MAX)
    }

    /// Whether a run may end that has seen all it waits for: others may still need its guest.
    fn may_end(&mut self) -> bool {
        true
    }

    /// Time has passed, at least once a second; the stage is the last that was reached.
    fn progress(&mut self, _elapsed: Duration, _stage: Option<Stage>) {}
}

/// Nobody looks on.
impl Watcher for () {}
