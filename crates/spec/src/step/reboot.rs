//! `reboot`: a restart that is asked for.

use schemars::JsonSchema;
use serde::Deserialize;

use super::System;
use super::action::refuse_empty;
use crate::error::Complaint;
use crate::node::Node;

/// How systemd is asked.
const USUAL: &str = "systemctl reboot";

/// A restart, by the usual command or another.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Reboot")]
pub(crate) enum RebootFile {
    /// `true`: by `systemctl reboot`.
    Usual(bool),
    /// By this command.
    By(String),
}

impl RebootFile {
    /// The checked form of what stands at `node`.
    pub(super) fn lower(&self, node: &Node) -> Result<System, Complaint> {
        match self {
            RebootFile::Usual(true) => Ok(usual()),
            RebootFile::Usual(false) => {
                Err(Complaint::new(node.place, "a step that does not reboot")
                    .hint(Some("write `true`, or the command for it".into())))
            }
            RebootFile::By(command) => {
                refuse_empty("reboot", command, node)?;
                Ok(System::Reboot(command.clone()))
            }
        }
    }
}

/// A restart by the usual command.
pub(super) fn usual() -> System {
    System::Reboot(USUAL.into())
}
