//! How far a guest has come, and how often it has begun again.

use std::time::Duration;

use crate::stage::MARKS;
use crate::{Line, Stage, StageTime};

/// How often a guest may begin to boot, unless the rules say: more is a loop. A kernel that is started by another one, a
/// crash kernel and an update that reboots twice stay below.
const BOOTS: u32 = 4;

/// The stages of one console.
#[derive(Debug)]
pub(crate) struct Progress {
    stages: Vec<StageTime>,
    /// The stage it is in, which after a reset is none again, and since when.
    stage: Option<Stage>,
    since: Duration,
    /// How often each mark that a boot shows once was seen.
    seen: Vec<u32>,
    resets: u32,
    most: u32,
}

impl Progress {
    pub(crate) fn new(boots: Option<u32>) -> Progress {
        let most = boots.unwrap_or(BOOTS);
        let seen = vec![0; MARKS.len()];
        Progress { stages: Vec::new(), stage: None, since: Duration::ZERO, seen, resets: 0, most }
    }

    /// The stage that was reached, and since when it is in it.
    pub(crate) fn now(&self) -> (Option<Stage>, Duration) {
        (self.stage, self.since)
    }

    /// When each stage was reached.
    pub(crate) fn stages(self) -> Vec<StageTime> {
        self.stages
    }

    /// Takes note of a stage; says whether it is new.
    pub(crate) fn reach(&mut self, at: Duration, stage: Stage) -> bool {
        let new = self.stage.is_none_or(|last| stage > last);
        if new {
            (self.stage, self.since) = (Some(stage), at);
            self.stages.push(StageTime { stage, at_ms: Line::new(0, at, b"").at_ms });
        }
        new
    }

    /// Takes note that a mark was seen; says whether the stage is new.
    pub(crate) fn see(&mut self, at: Duration, mark: usize) -> bool {
        let stage = MARKS[mark].stage;
        // Somebody who is logged in can show the kernel's old messages.
        let told = stage == Stage::Kernel && self.stage >= Some(Stage::Login);
        if MARKS[mark].once && !told {
            self.seen[mark] += 1;
            if self.seen[mark] > 1 && self.stage >= Some(stage) {
                self.stage = None;
            }
        }
        self.reach(at, stage)
    }

    /// Takes note that the machine was reset under the guest.
    pub(crate) fn reset(&mut self, at: Duration) {
        self.resets += 1;
        (self.stage, self.since) = (None, at);
    }

    /// Takes note that one more restart is none of the guest's own.
    pub(crate) fn expect_restart(&mut self) {
        self.most = self.most.saturating_add(1);
    }

    /// How often the guest has begun to boot.
    pub(crate) fn boots(&self) -> u32 {
        self.seen.iter().copied().max().unwrap_or(0).max(self.resets + 1)
    }

    /// Whether it begins again and again.
    pub(crate) fn is_loop(&self) -> bool {
        self.boots() > self.most
    }
}
