//! A result that was found, as it was found.

use std::fmt;

use chrono::{DateTime, Utc};
use fetch::Digest;

use crate::channel::Signer;

/// A result that was found, whether it is worth anything or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Of the evidence itself.
    pub digest: Digest,
    /// The manifest or index about which it is.
    pub subject: Digest,
    /// What was tested, as `<spec>/<arch>` or by the name of a gate.
    pub result: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether it is what a gate said, and not what came of a test.
    pub is_answer: bool,
    /// When it came; what has no time counts as older than what has one if it passed, and as newer if not.
    pub at: Option<DateTime<Utc>>,
    /// Who vouches for it.
    pub signature: Signature,
}

/// What came of a test, in the words of in-toto's test-result predicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Passed,
    /// Somebody shall have a look: not good enough here.
    Warned,
    /// Anything else.
    Failed,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Passed => "passed",
            Outcome::Warned => "warned",
            Outcome::Failed => "failed",
        })
    }
}

/// Who vouches for a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Nobody.
    Unsigned,
    /// One whom we know, which was verified.
    By(Signer),
    /// Somebody whom we do not know.
    ByAnother,
    /// It does not fit what it should vouch for, and why.
    Broken(String),
}
