//! A run that is one of several at once: its steps wait for those of others, and it ends with all of them.

use std::time::Duration;

use verdict::Conclusion;

use super::ends::ended_with;
use super::{Phase, Run};

/// How often a run that waits asks whether it is its turn.
const AGAIN: Duration = Duration::from_millis(20);

/// Whether a run waits for others.
#[derive(Debug, Default)]
pub(super) struct Turn {
    waits: bool,
    /// How many steps had ended when the others were told.
    told: usize,
    /// When it last did: no limit but that of all counts from before.
    pub(super) resumed: Duration,
}

impl Turn {
    /// When to ask again, and with it that no limit holds.
    pub(super) fn again(&self, now: Duration) -> Option<Duration> {
        self.waits.then(|| now + AGAIN)
    }
}

impl Run<'_> {
    /// Asks how far the steps may go.
    pub(super) fn take_turn(&mut self, now: Duration) -> Result<(), Conclusion> {
        self.turn.told = self.steps.ended();
        match (self.watcher.turn(self.turn.told), self.phase) {
            (Ok(open), _) => self.steps.open(open, now),
            (Err(other), Phase::Running) => return Err(ended_with(&other)),
            (Err(_), Phase::Draining(_)) => return Err(Conclusion::Decided),
            (Err(_), Phase::Explaining(_)) => {}
        }
        if std::mem::replace(&mut self.turn.waits, self.steps.waits_for_others()) {
            self.turn.resumed = now;
        }
        Ok(())
    }

    /// When the others have to be told what has ended: at once, if they were not.
    pub(super) fn next_turn(&self, now: Duration) -> Duration {
        if self.steps.ended() > self.turn.told { now } else { Duration::MAX }
    }

    /// Ends a run that has heard enough, unless it passed and others still need its guest.
    pub(super) fn heard_enough(&mut self) -> Option<Conclusion> {
        self.turn.waits = matches!(self.phase, Phase::Draining(_)) && !self.watcher.may_end();
        (!self.turn.waits).then_some(Conclusion::Decided)
    }
}
