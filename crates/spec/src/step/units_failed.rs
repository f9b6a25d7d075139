//! `units-failed`: which units may be failed once everything is started.

use schemars::JsonSchema;
use serde::Deserialize;

use super::System;
use super::form::Form;
use super::units_active::units;
use crate::error::{Complaint, quoted};
use crate::node::Node;
use crate::texts::Texts;

pub(crate) type UnitsFailedFile = Form<FailedMap>;

/// No unit but these.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "UnitsFailed")]
pub(crate) struct FailedMap {
    /// Units that may be failed.
    allow: Texts,
}

impl UnitsFailedFile {
    /// The checked form of what stands at `node`.
    pub(super) fn lower(&self, node: &Node) -> Result<System, Complaint> {
        match self {
            Form::Text(text) if text == "none" => Ok(System::UnitsFailed(Vec::new())),
            Form::Text(text) => Err(Complaint::new(
                node.place,
                format!("{} says not which units may be failed", quoted(text)),
            )
            .hint(Some("write `none`, or `{ allow: [name.service] }`".into()))),
            Form::Map(map) => Ok(System::UnitsFailed(units(&map.allow, node.at("allow"))?)),
        }
    }
}
