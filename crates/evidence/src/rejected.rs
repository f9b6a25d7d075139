//! Why something that is attached to an image proves nothing.

use std::fmt;

/// Why evidence was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// Nobody signed it.
    Unsigned,
    /// Somebody signed it, and with none of the keys that count; or it is not what was signed.
    OtherKey,
    /// It is about something else.
    OtherDigest,
    /// It is something else than an in-toto statement.
    NotAStatement(String),
    /// It cannot be read.
    Malformed(String),
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rejected::Unsigned => f.write_str("it is not signed"),
            Rejected::OtherKey => f.write_str("it is signed with none of the keys that count"),
            Rejected::OtherDigest => f.write_str("it is about another digest"),
            Rejected::NotAStatement(what) => write!(f, "it is no in-toto statement: {what}"),
            Rejected::Malformed(why) => write!(f, "it cannot be read: {why}"),
        }
    }
}

impl std::error::Error for Rejected {}

impl Rejected {
    /// For `map_err`: what a parser says may quote what it read, so control characters are written out.
    pub(crate) fn malformed(error: impl fmt::Display) -> Rejected {
        Rejected::Malformed(shown(&error.to_string()))
    }
}

/// Foreign text as it may be shown.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(200).flat_map(char::escape_debug).collect()
}
