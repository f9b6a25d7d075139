//! Everything a console is judged by, beside the built-in catalogue.

use std::fmt;

use crate::{Pattern, Signs, Tests};

/// What a boot test says about its console.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// What has to be seen.
    pub pass: Signs,
    /// What must not be seen, on complete lines.
    pub fail: Vec<Pattern>,
    /// Lines that match one of these are not held against the guest.
    pub allow: Vec<Pattern>,
    /// What results in TAP or KTAP mean.
    pub tests: Tests,
    /// What steps wait for; each complete line that matches one gives a [`crate::Notice::Sign`].
    pub marks: Vec<Pattern>,
    /// What stands in the lines by which the guest's shell tells how a command ended:
    /// `bootgate:<nonce>:<step>:<status>`. A regular expression, so that a recording's unknown nonce can be matched.
    pub nonce: Option<String>,
    /// Whether its caller asks inside the guest, too: that proves something without a sign.
    pub asks: bool,
    /// How often the guest may begin to boot; 4 times unless given.
    pub boots: Option<u32>,
}

/// All patterns together are too much for one automaton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooLarge(pub(crate) String);

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the patterns are too large together: {}", self.0)
    }
}

impl std::error::Error for TooLarge {}
