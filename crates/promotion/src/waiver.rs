//! What is let pass without its proof, for a while and on someone's word.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::{DateText, Error, Node};

/// A required result that a channel does without until a day is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Which result.
    pub result: String,
    /// Into which channel.
    pub channel: String,
    /// On whose word.
    pub by: String,
    /// Why.
    pub why: String,
    /// The last day on which it holds, in UTC.
    pub until: NaiveDate,
}

impl Waiver {
    /// Whether it holds at this time.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        now.date_naive() <= self.until
    }
}

/// A required result that a channel does without for a while.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Waiver")]
pub(crate) struct WaiverFile {
    /// Which required result is done without.
    pub(crate) result: String,
    /// Into which channel.
    pub(crate) channel: String,
    /// On whose word, such as `"@name"`.
    by: String,
    /// Why.
    why: String,
    /// The last day on which it holds (UTC).
    #[schemars(with = "DateText")]
    until: String,
}

impl WaiverFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node, file: &Path) -> Result<Waiver, Error> {
        let at = |key| node.get(key).unwrap_or(node);
        Ok(Waiver {
            result: self.result.clone(),
            channel: self.channel.clone(),
            by: spec::label(&self.by, at("by"), file)?,
            why: spec::label(&self.why, at("why"), file)?,
            until: spec::date(&self.until, at("until"), file)?,
        })
    }
}
