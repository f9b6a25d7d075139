//! `collect` as a step, and by the same question at the end.

use std::time::Duration;

use super::{Check, Memory, Outcome};
use crate::Said;
use crate::collect::{MOST_TEXT, answered, script};

/// Paths, as a shell knows them.
pub(super) struct Collect(pub(super) Vec<String>);

impl Check for Collect {
    fn script(&self) -> String {
        script(&self.0)
    }

    fn judge(&mut self, said: &Said, memory: &mut Memory) -> Outcome {
        answered(&mut memory.gathered, said);
        Outcome::Met(None)
    }

    fn most(&self) -> usize {
        MOST_TEXT
    }

    fn patience(&self) -> Option<Duration> {
        None
    }
}
