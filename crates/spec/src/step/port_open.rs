//! `port-open`: TCP ports on which something has to listen.

use schemars::JsonSchema;
use serde::Deserialize;

use super::System;
use crate::error::Complaint;
use crate::node::Node;

/// One port or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Ports")]
pub(crate) enum PortsFile {
    /// One.
    One(#[schemars(range(min = 1))] u16),
    /// All of them.
    Many(Vec<u16>),
}

impl PortsFile {
    /// The checked form of what stands at `node`.
    pub(super) fn lower(&self, node: &Node) -> Result<System, Complaint> {
        let ports = match self {
            PortsFile::One(port) => vec![*port],
            PortsFile::Many(ports) => ports.clone(),
        };
        if ports.is_empty() {
            return Err(Complaint::new(node.place, "`port-open` names no port"));
        }
        match ports.iter().position(|port| *port == 0) {
            Some(index) => Err(Complaint::new(node.item(index).place, "port 0 is no port")),
            None => Ok(System::PortOpen(ports)),
        }
    }
}
