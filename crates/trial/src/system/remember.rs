//! What runs before an upgrade, noted.

use super::as_before::{Before, SCRIPT};
use super::{Check, Fault, Memory, Outcome};
use crate::Said;

/// Notes it.
pub(super) struct Remember;

impl Check for Remember {
    fn script(&self) -> String {
        SCRIPT.into()
    }

    fn judge(&mut self, said: &Said, memory: &mut Memory) -> Outcome {
        let Some(before) = Before::of(said) else {
            return Fault::new("the guest does not tell what runs").said(&said.stderr).into();
        };
        Outcome::Met(Some(memory.before.insert(before).words()))
    }
}
