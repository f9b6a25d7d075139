//! What test results on the console mean.

use schemars::JsonSchema;
use serde::Deserialize;
use verdict::Tests;

/// As it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Results")]
pub(crate) enum ResultsFile {
    /// Where the guest prints some, none may fail and all that were planned have to come.
    #[default]
    Auto,
    /// The same, and the guest has to print some.
    Required,
    /// They are lines like all others.
    Off,
}

impl ResultsFile {
    pub(crate) fn lower(self) -> Tests {
        match self {
            ResultsFile::Auto => Tests::Auto,
            ResultsFile::Required => Tests::Required,
            ResultsFile::Off => Tests::Off,
        }
    }
}
