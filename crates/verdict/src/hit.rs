//! Everything that a rule of the catalogue said about a console.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Line;
use crate::catalogue::{Rule, Severity};

/// How many hits a judgement holds.
const MOST: usize = 200;

/// How many of them may be such that decide nothing, so that they leave room for the others.
const MOST_IDLE: usize = 100;

/// A line that a rule of the catalogue matched, whether it decided or not. Of several rules the first of the worst counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// The rule's name, such as `linux-kasan`.
    pub rule: String,
    /// What kind of fault it is, such as `kasan` or `panic`.
    pub kind: String,
    /// How bad that is.
    pub severity: Severity,
    /// The line's number, counted from 1.
    pub line: u64,
    /// When the line was complete, in milliseconds since the machine was started.
    pub at_ms: u64,
    /// Whether the spec allows the line, so that it is not held against the guest.
    pub allowed: bool,
}

/// The hits of one console, in bounded memory.
#[derive(Default)]
pub(crate) struct Hits {
    hits: Vec<Hit>,
    idle: usize,
}

impl Hits {
    pub(crate) fn add(&mut self, rule: &Rule, allowed: bool, line: &Line) {
        let idle = allowed || rule.severity == Severity::Note;
        let full = self.hits.len() >= MOST || (idle && self.idle >= MOST_IDLE);
        let mut same_line = self.hits.iter().rev().take_while(|hit| hit.line == line.number);
        if full || same_line.any(|hit| hit.severity <= rule.severity) {
            return;
        }
        self.idle += usize::from(idle);
        self.hits.push(Hit {
            rule: rule.name.into(),
            kind: rule.kind.into(),
            severity: rule.severity,
            line: line.number,
            at_ms: line.at_ms,
            allowed,
        });
    }

    pub(crate) fn take(&mut self) -> Vec<Hit> {
        std::mem::take(&mut self.hits)
    }
}
