//! One test case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The longest name that is kept, in bytes.
const LONGEST: usize = 200;

/// A test case, by its guest's own word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Case {
    /// Its name, behind those of the suites that it is in: `suite/case`.
    pub name: String,
    /// How it came out.
    pub outcome: Outcome,
    /// The line of console that says so, counted from 1.
    pub line: u64,
}

/// How a case came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It passed.
    Ok,
    /// It failed.
    NotOk,
    /// It was not run.
    Skipped,
    /// It was not expected to pass, by the guest's own word.
    Todo,
    /// It failed, and that is allowed.
    Allowed,
}

impl Case {
    /// Puts the name of a suite before the case's own.
    pub(crate) fn within(&mut self, suite: &str) {
        if !suite.is_empty() {
            self.name = shortened(format!("{suite}/{}", self.name));
        }
    }
}

/// What a guest calls something, as far as it is kept; `number` stands in for no name at all.
pub(crate) fn name(text: &[u8], number: u64) -> String {
    let text = &text[..text.len().min(LONGEST)];
    let name: String = String::from_utf8_lossy(text).trim().replace(char::is_control, "\u{fffd}");
    if name.is_empty() { number.to_string() } else { shortened(name) }
}

fn shortened(mut name: String) -> String {
    name.truncate(name.floor_char_boundary(LONGEST));
    name
}
