//! The way from a machine to its trial: one bounded channel, so that a flooding guest waits for its judge.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use crate::{Answer, Ending};

/// How many signals may wait; a reader that is further ahead blocks, and with it the guest.
const DEPTH: usize = 64;

/// What a machine tells its trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Bytes the guest wrote on its console, at most 64 KiB at a time.
    Console(Vec<u8>),
    /// Something the machine saw from outside the guest.
    Event(Event),
    /// What became of a [`Question`](crate::Question).
    Answer(Answer),
    /// Nothing more will come.
    Ended(Ending),
    /// The user or the runner wants us to stop.
    Interrupted(&'static str),
}

/// What a machine sees of its guest other than the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The guest reported a panic through a panic device.
    Panicked,
    /// The guest was reset and starts again.
    Reset,
}

/// The sending end, with the time of sending stamped on.
#[derive(Clone, Debug)]
pub struct Signals(SyncSender<(Instant, Signal)>);

impl Signals {
    /// A channel for one trial.
    pub fn channel() -> (Signals, Receiver<(Instant, Signal)>) {
        let (sender, receiver) = sync_channel(DEPTH);
        (Signals(sender), receiver)
    }

    /// Sends, waiting for room; `false` when nobody listens any more.
    pub fn send(&self, signal: Signal) -> bool {
        self.0.send((Instant::now(), signal)).is_ok()
    }
}
