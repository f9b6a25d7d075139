//! `file`: what has to be true of a file in the guest.

use schemars::JsonSchema;
use serde::Deserialize;
use verdict::Pattern;

use super::System;
use crate::error::{Complaint, quoted};
use crate::node::Node;
use crate::patterns;

/// What has to be true of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileCheck {
    /// Its full path.
    pub path: String,
    /// Whether it has to be there, or must not be.
    pub exists: bool,
    /// What one of its lines has to match.
    pub contains: Option<Pattern>,
    /// Its permission bits.
    pub mode: Option<u32>,
    /// The name or number of its owner.
    pub owner: Option<String>,
}

/// What has to be true of a file in the guest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FileCheck")]
pub(crate) struct FileCheckFile {
    /// Its full path.
    path: String,
    /// Whether it has to be there; `true` unless given.
    exists: Option<bool>,
    /// A pattern that one of its lines has to match.
    contains: Option<String>,
    /// Its permission bits in octal, such as `"0644"`.
    mode: Option<String>,
    /// The name or number of its owner.
    owner: Option<String>,
}

impl FileCheckFile {
    /// The checked form of what stands at `node`.
    pub(super) fn lower(&self, node: &Node) -> Result<System, Complaint> {
        if !self.path.starts_with('/') || self.path.contains(char::is_control) {
            let message = format!("{} is no full path", quoted(&self.path));
            return Err(Complaint::new(node.at("path").place, message));
        }
        let exists = self.exists.unwrap_or(true);
        let more = ["contains", "mode", "owner"].into_iter().find(|key| node.has(key));
        if let (false, Some(key)) = (exists, more) {
            return Err(Complaint::new(
                node.key(key),
                format!("a file that is not there has no `{key}`"),
            ));
        }
        let contains = self.contains.as_ref();
        let mode = self.mode.as_ref();
        Ok(System::File(FileCheck {
            path: self.path.clone(),
            exists,
            contains: contains.map(|it| patterns::one(it, node.at("contains"))).transpose()?,
            mode: mode.map(|it| octal(it, node.at("mode"))).transpose()?,
            owner: self.owner.clone(),
        }))
    }
}

fn octal(text: &str, node: &Node) -> Result<u32, Complaint> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    let mode = u32::from_str_radix(digits, 8).ok().filter(|mode| *mode <= 0o7777);
    let mode = mode.filter(|_| digits.len() >= 3);
    mode.ok_or_else(|| {
        Complaint::new(node.place, format!("{} are no permission bits", quoted(text)))
            .hint(Some("write them in octal and in quotes, such as `\"0644\"`".into()))
    })
}
