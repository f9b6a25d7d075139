//! A machine is kept after its verdict, until a time is over or somebody has seen enough.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use verdict::{Judgement, Verdict};

use crate::{Machine, Signal, Watcher};

/// Keeps the machine where that was asked for, and the run did not pass; gives the reason where it cannot be kept.
pub(super) fn hold(
    machine: &mut dyn Machine,
    watcher: &mut dyn Watcher,
    judgement: &Judgement,
    receiver: &Receiver<(Instant, Signal)>,
) -> Option<String> {
    let wanted = judgement.verdict != Verdict::Passed && judgement.kind != "interrupted";
    let time = watcher.holds().filter(|_| wanted)?;
    match machine.hold() {
        Ok(ways) => watcher.held(judgement, &ways, time),
        Err(why) => return Some(format!("the machine was not held: {why}")),
    }
    let until = Instant::now() + time;
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        match receiver.recv_timeout(left) {
            Ok((_, Signal::Interrupted(_))) | Err(RecvTimeoutError::Disconnected) => break,
            // A guest that ends by itself stays; without its machine there is nothing to stay.
            Ok((_, Signal::Ended(ending))) if !ending.by_guest => break,
            // What the guest says now goes to those who are attached.
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
        }
    }
    None
}
