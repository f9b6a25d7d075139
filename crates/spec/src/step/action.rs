//! What a step does.

use std::fmt;

use verdict::Pattern;

use super::System;
use crate::error::{Complaint, quoted};
use crate::node::Node;
use crate::patterns;

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Waits for a complete line.
    Expect(Pattern),
    /// Waits for a line that is not finished, because the guest waits for input.
    Prompt(Pattern),
    /// Types.
    Send(String),
    /// Runs a command in the guest's shell on its console; a status other than zero is a failure.
    Run(String),
    /// Asks inside the guest, by another way than its console.
    Ask(System),
}

/// Which part of an upgrade a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The way to the new system.
    Upgrading,
    /// What is checked there.
    Upgraded,
    /// The way back.
    GoingBack,
    /// What is checked on the old system again.
    Back,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Upgrading => "upgrading",
            Phase::Upgraded => "after the upgrade",
            Phase::GoingBack => "going back",
            Phase::Back => "after going back",
        })
    }
}

impl Action {
    /// Whether the guest has to do something right for the step to end; typing always succeeds.
    pub(crate) fn proves_something(&self) -> bool {
        !matches!(self, Action::Send(_) | Action::Ask(System::Collect(_)))
    }
}

/// The action that stands as a text under one of the console's keys.
pub(super) fn typed(key: &str, text: &str, node: &Node) -> Result<Action, Complaint> {
    refuse_empty(key, text, node)?;
    Ok(match key {
        "send" => Action::Send(text.into()),
        "prompt" => Action::Prompt(patterns::one(text, node)?),
        _ => expect(patterns::one(text, node)?),
    })
}

/// Refuses a text in which there is nothing.
pub(super) fn refuse_empty(key: &str, text: &str, node: &Node) -> Result<(), Complaint> {
    match text.is_empty() {
        true => Err(Complaint::new(node.place, format!("{} is empty", quoted(key)))),
        false => Ok(()),
    }
}

/// `login: $` never ends in a line break, so it can only be meant as a prompt.
fn expect(pattern: Pattern) -> Action {
    if pattern.is_prompt() { Action::Prompt(pattern) } else { Action::Expect(pattern) }
}
