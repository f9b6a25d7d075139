//! How long everything may take.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Complaint;
use crate::limit::{DurationText, LimitFile};
use crate::node::Node;
use crate::{Limit, duration};

/// How long everything may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the start of the machine to its verdict; 5 minutes unless given.
    pub total: Limit,
    /// The longest time without a byte on the console; none unless given.
    pub silence: Option<Limit>,
    /// How long to go on listening after the last sign, for a crash that follows it; 2 seconds unless given.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            total: Limit::Any(Duration::from_secs(300)),
            silence: None,
            drain: Duration::from_secs(2),
        }
    }
}

impl Limits {
    /// The same for a spec that names its accelerator.
    pub(crate) fn pinned(self) -> Limits {
        Limits {
            total: self.total.pinned(),
            silence: self.silence.map(Limit::pinned),
            drain: self.drain,
        }
    }
}

/// How long everything may take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Limits")]
pub(crate) struct LimitsFile {
    /// From the start of the machine to its verdict; `5m` unless given.
    total: Option<LimitFile>,
    /// The longest time without a byte on the console; none unless given.
    silence: Option<LimitFile>,
    /// How long to go on listening after the last sign; `2s` unless given.
    #[schemars(with = "Option<DurationText>")]
    drain: Option<String>,
}

impl LimitsFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node) -> Result<Limits, Complaint> {
        let limit = |limit: &Option<LimitFile>, key| {
            limit.as_ref().map(|it| it.lower(node.at(key))).transpose()
        };
        let drain = self
            .drain
            .as_ref()
            .map(|text| duration::parse(text, node.at("drain").place))
            .transpose()?;
        let default = Limits::default();
        Ok(Limits {
            total: limit(&self.total, "total")?.unwrap_or(default.total),
            silence: limit(&self.silence, "silence")?,
            drain: drain.unwrap_or(default.drain),
        })
    }
}
