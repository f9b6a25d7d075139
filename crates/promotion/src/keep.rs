//! How long builds stay.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use spec::{Error, Node};

use crate::channel::patterns;
use crate::duration::duration;
use crate::pattern::{Immutable, Pattern};
use crate::version::is_version;

/// What stays: what has a tag that is kept, what is young, and the newest. Versions and `stable` stay whatever is said here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// Tags whose images stay.
    pub tags: Vec<Pattern>,
    /// Tags that never move stay too.
    pub immutable: Immutable,
    /// Only what is older may go.
    pub older_than: Duration,
    /// So many of the newest stay, however old they are.
    pub last: usize,
}

impl Keep {
    /// Whether an image stays for this tag.
    pub fn holds(&self, tag: &str) -> bool {
        tag == "stable"
            || is_version(tag)
            || self.immutable.holds(tag)
            || self.tags.iter().any(|pattern| pattern.matches(tag))
    }
}

/// How long builds stay: what is younger stays, and so does what is among the newest.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Keep")]
pub(crate) struct KeepFile {
    /// Patterns of tags whose images stay, besides channels, versions and what never moves.
    #[serde(default)]
    tags: Vec<String>,
    /// Only what is older may go, such as `90d`.
    older_than: String,
    /// So many of the newest stay, however old they are.
    #[serde(default)]
    last: u32,
}

impl KeepFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node, file: &Path) -> Result<Keep, Error> {
        let older_than = duration(&self.older_than, "older-than", node, file)?;
        Ok(Keep {
            tags: patterns(&self.tags, node.get("tags"), file)?,
            older_than,
            last: usize::try_from(self.last).unwrap_or(usize::MAX),
            ..Keep::default()
        })
    }
}
