//! `collect` as a step: files that are brought out now, and not at the end.

use super::System;
use crate::collect;
use crate::error::Complaint;
use crate::node::Node;
use crate::texts::Texts;

/// The checked form of what stands at `node`.
pub(super) fn lower(paths: &Texts, node: &Node) -> Result<System, Complaint> {
    match paths.0.is_empty() {
        true => Err(Complaint::new(node.place, "`collect` names no file")),
        false => Ok(System::Collect(collect::paths(paths, node)?)),
    }
}
