//! A channel: a tag that moves from build to build, and what a build needs to get there.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use schemars::JsonSchema;
use serde::Deserialize;
use spec::{Error, Node, quoted};

use crate::gate::{Gate, GateFile, gates};
use crate::pattern::Pattern;

/// A tag that moves, with its gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The tag.
    pub name: String,
    /// The channel whose tag has to be at the image that comes.
    pub from: Option<String>,
    /// The names of the results that have to be there. Empty: no proof is asked for.
    pub require: Vec<String>,
    /// What else has to say yes, each by a result of its name.
    pub gates: Vec<Gate>,
    /// One of these has to have signed each result. Empty: nobody has to.
    pub signed_by: Vec<Signer>,
    /// Tags that move together with this one, such as those of versions.
    pub tags: Vec<Pattern>,
}

impl Channel {
    /// Whether a tag is this channel's, or moves with it.
    pub fn has(&self, tag: &str) -> bool {
        self.name == tag || self.tags.iter().any(|pattern| pattern.matches(tag))
    }
}

/// Who may sign.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    untagged,
    expecting = "expected the file of a public key, or `{ identity: …, issuer: … }`"
)]
pub enum Signer {
    /// The one with the private half of this file's public key, in PEM.
    Key(String),
    /// An identity that Sigstore's certificate authority vouches for.
    Keyless {
        /// Such as the URL of a workflow with its ref.
        identity: String,
        /// Who says so, such as `https://token.actions.githubusercontent.com`.
        issuer: String,
    },
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Signer::Key(file) => f.write_str(file),
            Signer::Keyless { identity, issuer } => write!(f, "{identity} by {issuer}"),
        }
    }
}

/// A tag that moves from build to build, and what a build needs to get there.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Channel")]
pub(crate) struct ChannelFile {
    /// The channel whose tag has to be at the image that comes.
    pub(crate) from: Option<String>,
    /// The results that have to be there, as `<spec>/<arch>` or by the name of their gate; `[]` says that none has to.
    pub(crate) require: Option<Vec<String>>,
    /// What else has to say yes, by names of which each is there once in the policy.
    #[serde(default)]
    pub(crate) gates: BTreeMap<String, GateFile>,
    /// Who may sign the results: files of public keys, or identities with their issuers.
    #[serde(default)]
    signed_by: Vec<Signer>,
    /// Patterns of tags that move together with this one.
    #[serde(default)]
    tags: Vec<String>,
}

impl ChannelFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, name: &str, node: &Node, file: &Path) -> Result<Channel, Error> {
        let wrong = |key: &str, message: String, hint: &str| {
            Error::at(file, node.get(key).unwrap_or(node).position(), message, Some(hint.into()))
        };
        if !is_tag(name) {
            let hint = "give 1 to 128 letters, digits, `_`, `.` and `-`";
            return Err(wrong("", format!("{} is no tag", quoted(name)), hint));
        }
        let gates = gates(&self.gates, node.get("gates"), file)?;
        if self.from.is_some() && self.require.is_none() && gates.is_empty() {
            let message = format!("channel `{name}` does not say what it requires");
            return Err(wrong("from", message, "write `require: []` if it asks for no proof"));
        }
        let at = |index| node.get("require").and_then(|node| node.items()?.get(index));
        let require = self.require.iter().flatten().enumerate();
        let require: Vec<String> = require
            .map(|(index, name)| spec::label(name, at(index).unwrap_or(node), file))
            .collect::<Result<_, _>>()?;
        if require.is_empty() && gates.is_empty() && !self.signed_by.is_empty() {
            let hint = "name a result in `require`, or take `signed-by` out";
            return Err(wrong("signed-by", "there is nothing to sign".into(), hint));
        }
        Ok(Channel {
            name: name.to_owned(),
            from: self.from.clone(),
            require,
            gates,
            signed_by: self.signed_by.clone(),
            tags: patterns(&self.tags, node.get("tags"), file)?,
        })
    }
}

/// The patterns in the list at `node`.
pub(crate) fn patterns(
    texts: &[String],
    node: Option<&Node>,
    file: &Path,
) -> Result<Vec<Pattern>, Error> {
    let items = node.and_then(Node::items).unwrap_or_default();
    let parsed = |(text, node): (&String, &Node)| {
        text.parse().map_err(|error| {
            let message = format!("{} is no pattern of tags: {error}", quoted(text));
            Error::at(file, node.position(), message, None)
        })
    };
    texts.iter().zip(items).map(parsed).collect()
}

fn is_tag(text: &str) -> bool {
    !text.contains(['/', '@', ':'])
        && format!("a.b/c:{text}").parse::<registry::Reference>().is_ok()
}
