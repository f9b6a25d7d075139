//! How long everything may take.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use verdict::Stage;

use crate::error::Complaint;
use crate::limit::{DurationText, LimitFile};
use crate::node::Node;
use crate::{Limit, duration};

/// How long everything may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From the start of the machine to its verdict; 5 minutes unless given.
    pub total: Limit,
    /// The longest time without a byte on the console; none unless given.
    pub silence: Option<Limit>,
    /// How long to go on listening after the last sign, for a crash that follows it; 2 seconds unless given.
    pub drain: Duration,
    /// How long the guest may stay in a stage before it reaches a later one; without an end unless given.
    pub stages: BTreeMap<Stage, Limit>,
    /// How often the guest may begin to boot before that is called a boot loop; 4 unless given.
    pub boots: Option<u32>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            total: Limit::Any(Duration::from_secs(300)),
            silence: None,
            drain: Duration::from_secs(2),
            stages: BTreeMap::new(),
            boots: None,
        }
    }
}

impl Limits {
    /// The same for a spec that names its accelerator.
    pub(crate) fn pinned(self) -> Limits {
        Limits {
            total: self.total.pinned(),
            silence: self.silence.map(Limit::pinned),
            stages: self.stages.into_iter().map(|(stage, it)| (stage, it.pinned())).collect(),
            ..self
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
    /// How long the guest may stay in a stage before it reaches a later one.
    #[serde(default)]
    stages: StagesFile,
    /// How often the guest may begin to boot before that is called a boot loop; `4` unless given.
    #[schemars(range(min = 1))]
    boots: Option<u32>,
}

/// How long the guest may stay in a stage before it reaches a later one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Stages")]
struct StagesFile {
    /// From the start to the first word of a loader or kernel.
    firmware: Option<LimitFile>,
    /// Until the kernel speaks.
    loader: Option<LimitFile>,
    /// Until the first process runs.
    kernel: Option<LimitFile>,
    /// Until somebody may log in, or has a shell.
    init: Option<LimitFile>,
    /// Until something is typed.
    login: Option<LimitFile>,
    /// From what is typed first to the last sign.
    test: Option<LimitFile>,
}

impl StagesFile {
    fn lower(&self, node: &Node) -> Result<BTreeMap<Stage, Limit>, Complaint> {
        let stages = [
            (Stage::Firmware, &self.firmware),
            (Stage::Loader, &self.loader),
            (Stage::Kernel, &self.kernel),
            (Stage::Init, &self.init),
            (Stage::Login, &self.login),
            (Stage::Test, &self.test),
        ];
        let given = stages.into_iter().filter_map(|(stage, limit)| Some((stage, limit.as_ref()?)));
        given.map(|(stage, limit)| Ok((stage, limit.lower(node.at(stage.as_str()))?))).collect()
    }
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
        if self.boots == Some(0) {
            return Err(Complaint::new(node.at("boots").place, "a guest boots at least once"));
        }
        let default = Limits::default();
        Ok(Limits {
            total: limit(&self.total, "total")?.unwrap_or(default.total),
            silence: limit(&self.silence, "silence")?,
            drain: drain.unwrap_or(default.drain),
            stages: self.stages.lower(node.at("stages"))?,
            boots: self.boots,
        })
    }
}
