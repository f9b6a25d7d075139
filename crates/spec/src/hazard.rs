//! Something in a file that is no mistake, and lets pass what should not.

use std::path::PathBuf;

use serde::Serialize;

/// Something that could let pass what is broken, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hazard {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// Its name, which is a heading of docs/hazards.md, or stands in docs/policy.md.
    pub name: &'static str,
    /// What is wrong here, in one line.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}
