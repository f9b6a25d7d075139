//! How a file is read whose mistakes are shown with line and column: a spec, and what others write in the same way.

use std::path::Path;

use chrono::NaiveDate;
use serde::de::DeserializeOwned;

use crate::error::{Complaint, Error};
use crate::node::Node;
use crate::{quarantine, yaml};

/// Reads `text` as keys and values and as a tree in which each has its place. `file` is what errors call it, and `begin` is
/// the advice to someone whose file is empty.
///
/// # Errors
/// The first mistake in it, with line and column; a key without a value is one.
pub fn read<T: DeserializeOwned>(text: &str, file: &Path, begin: &str) -> Result<(Node, T), Error> {
    both(text, begin).map_err(|complaint| complaint.in_file(file))
}

pub(crate) fn both<T: DeserializeOwned>(text: &str, begin: &str) -> Result<(Node, T), Complaint> {
    let node: Node = yaml::read(text)?;
    node.refuse_empty().map_err(|complaint| match node.scalar() {
        Some(_) => complaint.hint(Some(begin.to_owned())),
        None => complaint,
    })?;
    Ok((node, yaml::read(text)?))
}

/// Reads `2026-12-31`, which stands at `node`.
///
/// # Errors
/// It is no date.
pub fn date(text: &str, node: &Node, file: &Path) -> Result<NaiveDate, Error> {
    crate::date::parse(text, node).map_err(|complaint| complaint.in_file(file))
}

/// Reads a text that stands at `node` and that a report shows on one line.
///
/// # Errors
/// It is empty, has more than 200 characters, or control characters.
pub fn label(text: &str, node: &Node, file: &Path) -> Result<String, Error> {
    quarantine::label(text, node).map_err(|complaint| complaint.in_file(file))
}
