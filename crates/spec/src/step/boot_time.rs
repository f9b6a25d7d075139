//! `boot-time`: a budget for the boot.

use super::System;
use crate::error::Complaint;
use crate::limit::LimitFile;
use crate::node::Node;

/// The checked form of what stands at `node`.
pub(super) fn lower(limit: &LimitFile, node: &Node) -> Result<System, Complaint> {
    Ok(System::BootTime(limit.lower(node)?))
}
