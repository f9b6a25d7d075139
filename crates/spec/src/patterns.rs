//! From texts to patterns.

use verdict::Pattern;

use crate::error::{Complaint, quoted};
use crate::node::Node;
use crate::texts::Texts;

/// The pattern that stands at `node`.
pub(crate) fn one(text: &str, node: &Node) -> Result<Pattern, Complaint> {
    let unusable =
        |why| Complaint::new(node.place, format!("unusable pattern {}: {why}", quoted(text)));
    Pattern::new(text).map_err(unusable)
}

/// The patterns of a list, or the one that stands in its place.
pub(crate) fn many(texts: &Texts, node: &Node) -> Result<Vec<Pattern>, Complaint> {
    texts.0.iter().enumerate().map(|(index, text)| one(text, node.item(index))).collect()
}
