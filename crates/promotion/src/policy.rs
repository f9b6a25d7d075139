//! The file `bootgate.yaml`: what an image needs to get into which channel.

use std::collections::BTreeMap;
use std::path::Path;

use problem::Problem;
use registry::Reference;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use spec::{Error, Node, nearest, quoted};

use crate::channel::{Channel, ChannelFile, patterns};
use crate::gate::{self, Gate};
use crate::keep::{Keep, KeepFile};
use crate::pattern::Immutable;
use crate::waiver::{Waiver, WaiverFile};

/// Which channels there are, and what an image needs to get into each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The repositories for which it is, as `registry/repository`; those of one policy move together.
    pub images: Vec<String>,
    /// In the order of the file.
    pub channels: Vec<Channel>,
    /// Which tags never move.
    pub immutable: Immutable,
    /// In the order of the file, also those that no longer hold.
    pub waivers: Vec<Waiver>,
    keep: Option<Keep>,
}

impl Policy {
    /// Reads the text of a policy; `file` is what errors call it.
    ///
    /// # Errors
    /// The first mistake in it, with line and column.
    pub fn parse(text: &str, file: &Path) -> Result<Policy, Problem> {
        Policy::read(text, file).map(|(policy, _)| policy)
    }

    /// With the tree in which each key has its place.
    pub(crate) fn read(text: &str, file: &Path) -> Result<(Policy, Node), Problem> {
        let begin = "begin with `image: ghcr.io/owner/image` and `channels:`";
        let (node, written) = spec::read::<PolicyFile>(text, file, begin)?;
        let reader = Reader { node: &node, file };
        let immutable = match &written.immutable {
            Some(texts) => Immutable::Patterns(patterns(texts, node.get("immutable"), file)?),
            None => Immutable::Versions,
        };
        let lower = |keep: &KeepFile| keep.lower(node.get("keep").unwrap_or(&node), file);
        let policy = Policy {
            images: reader.images(&written)?,
            channels: reader.channels(&written.channels)?,
            immutable,
            waivers: reader.waivers(&written)?,
            keep: written.keep.as_ref().map(lower).transpose()?,
        };
        Ok((policy, node))
    }

    /// The one channel to which all these tags belong.
    ///
    /// # Errors
    /// One belongs to none, or two belong to different ones.
    pub fn channel_of(&self, tags: &[&str]) -> Result<&Channel, Problem> {
        let names: Vec<&str> = self.channels.iter().map(|channel| channel.name.as_str()).collect();
        let mut found: Option<(&str, &Channel)> = None;
        for tag in tags {
            let channel = self.of_tag(tag).ok_or_else(|| {
                let hint = nearest(tag, &names).map_or_else(
                    || format!("its channels are {}", listed(&names)),
                    |near| format!("did you mean `{near}`?"),
                );
                Problem::user(format!("no channel of the policy has the tag `{tag}`")).hint(hint)
            })?;
            match found {
                Some((first, other)) if other.name != channel.name => {
                    return Err(Problem::user(format!(
                        "`{first}` is of the channel `{}` and `{tag}` of `{}`",
                        other.name, channel.name
                    ))
                    .hint("promote into one channel after the other"));
                }
                _ => found = Some((tag, channel)),
            }
        }
        found.map(|(_, channel)| channel).ok_or_else(|| Problem::user("there is no tag to move"))
    }

    /// The channels before this one, the nearest first: what a tag has proves nothing, so what they ask for is asked again.
    pub fn before(&self, channel: &Channel) -> Vec<&Channel> {
        let from = |channel: &Channel| {
            self.channels.iter().find(|other| Some(&other.name) == channel.from.as_ref())
        };
        std::iter::successors(from(channel), |channel| from(channel)).collect()
    }

    /// The gate of this name, and the channel that has it.
    ///
    /// # Errors
    /// There is none.
    pub fn gate(&self, name: &str) -> Result<(&Channel, &Gate), Problem> {
        let all =
            || self.channels.iter().flat_map(|it| it.gates.iter().map(move |gate| (it, gate)));
        all().find(|(_, gate)| gate.name == name).ok_or_else(|| {
            let names: Vec<&str> = all().map(|(_, gate)| gate.name.as_str()).collect();
            let why = format!("no channel of the policy has the gate {}", quoted(name));
            Problem::user(why).hint(gate::hint(name, &names))
        })
    }

    /// The waivers for a channel, also those that no longer hold.
    pub fn waivers_of(&self, channel: &Channel) -> Vec<Waiver> {
        self.waivers.iter().filter(|waiver| waiver.channel == channel.name).cloned().collect()
    }

    /// What stays: among others what has the tag of a channel, or one that moves with it.
    pub fn keep(&self) -> Keep {
        let keep = self.keep.clone().unwrap_or_default();
        let own = self.channels.iter().filter_map(|channel| channel.name.parse().ok());
        let with = self.channels.iter().flat_map(|channel| channel.tags.clone());
        let tags = keep.tags.into_iter().chain(own).chain(with).collect();
        Keep { tags, immutable: self.immutable.clone(), ..keep }
    }

    /// Whether it says how long builds stay.
    pub fn says_how_long(&self) -> bool {
        self.keep.is_some()
    }

    /// A channel's own tag is its own, whatever patterns others have.
    fn of_tag(&self, tag: &str) -> Option<&Channel> {
        let own = self.channels.iter().find(|channel| channel.name == tag);
        own.or_else(|| self.channels.iter().find(|channel| channel.has(tag)))
    }
}

/// The JSON schema (draft 2020-12) of a policy, made from the types that read it.
pub fn schema() -> Value {
    spec::schema_of::<PolicyFile>()
}

/// What an image needs to get into which channel, which tags never move, and how long builds stay.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "bootgate policy")]
struct PolicyFile {
    /// The repository for which this is, such as `ghcr.io/owner/image`.
    image: Option<String>,
    /// Repositories whose images move together, all or none.
    images: Option<Vec<String>>,
    /// The channels: tags that move from build to build.
    channels: BTreeMap<String, ChannelFile>,
    /// Patterns of tags that never move; version tags such as `v1.2.3` if left out.
    immutable: Option<Vec<String>>,
    /// Required results that a channel does without for a while.
    #[serde(default)]
    waivers: Vec<WaiverFile>,
    /// How long builds stay.
    keep: Option<KeepFile>,
}

struct Reader<'a> {
    node: &'a Node,
    file: &'a Path,
}

impl Reader<'_> {
    fn wrong(&self, node: &Node, message: String, hint: impl Into<String>) -> Error {
        Error::at(self.file, node.position(), message, Some(hint.into()))
    }

    /// A key of the file, and its item.
    fn at(&self, key: &str, index: Option<usize>) -> &Node {
        let node = self.node.get(key).unwrap_or(self.node);
        let item = index.and_then(|index| node.items()?.get(index));
        item.unwrap_or(node)
    }

    fn images(&self, written: &PolicyFile) -> Result<Vec<String>, Error> {
        match (&written.image, &written.images) {
            (Some(_), Some(_)) => {
                let node = self.at("images", None);
                Err(self.wrong(node, "there is `image` as well".into(), "write one of them"))
            }
            (Some(image), None) => Ok(vec![self.image(image, self.at("image", None))?]),
            (None, Some(images)) => {
                let each = |(index, image): (usize, &String)| {
                    self.image(image, self.at("images", Some(index)))
                };
                images.iter().enumerate().map(each).collect()
            }
            (None, None) => {
                let hint = "name the repository, such as `image: ghcr.io/owner/image`";
                Err(self.wrong(self.node, "key `image` is missing".into(), hint))
            }
        }
    }

    fn image(&self, text: &str, node: &Node) -> Result<String, Error> {
        let hint = "write it like `ghcr.io/owner/image`";
        let wrong = |why: &str| self.wrong(node, format!("{} {why}", quoted(text)), hint);
        let reference: Reference =
            text.parse().map_err(|error| wrong(&format!("names no repository: {error}")))?;
        if reference.tag.is_some() || reference.digest.is_some() {
            return Err(wrong("names one image, and not a repository"));
        }
        Ok(reference.name())
    }

    fn channels(&self, written: &BTreeMap<String, ChannelFile>) -> Result<Vec<Channel>, Error> {
        let node = self.at("channels", None);
        let names: Vec<&str> = written.keys().map(String::as_str).collect();
        let mut channels = Vec::new();
        for (name, node) in node.entries().into_iter().flatten() {
            let Some(channel) = written.get(name) else { continue };
            let lowered = channel.lower(name, node, self.file)?;
            self.check_gates(&channels, &lowered, node)?;
            channels.push(lowered);
            let Some(from) = &channel.from else { continue };
            let at = node.get("from").unwrap_or(node);
            if !written.contains_key(from) {
                return Err(self.unknown(at, "channel", from, &names));
            }
            if is_cycle(name, written) {
                let message = format!("`{name}` comes from itself");
                return Err(self.wrong(at, message, "one channel has to come from none"));
            }
        }
        if channels.is_empty() {
            return Err(self.wrong(
                node,
                "there is no channel".into(),
                "add one, such as `next: {}`",
            ));
        }
        Ok(channels)
    }

    /// A name of a gate has to say which is meant.
    fn check_gates(&self, before: &[Channel], new: &Channel, node: &Node) -> Result<(), Error> {
        for gate in &new.gates {
            let is_same = |it: &&Channel| it.gates.iter().any(|other| other.name == gate.name);
            let Some(other) = before.iter().find(is_same) else { continue };
            let at = node.get("gates").and_then(|gates| gates.get(&gate.name)).unwrap_or(node);
            let message =
                format!("the channel `{}` has a gate `{}` as well", other.name, gate.name);
            return Err(self.wrong(at, message, "give it another name, or name it in `require`"));
        }
        Ok(())
    }

    fn waivers(&self, written: &PolicyFile) -> Result<Vec<Waiver>, Error> {
        let channels: Vec<&str> = written.channels.keys().map(String::as_str).collect();
        let results: Vec<&str> = written
            .channels
            .values()
            .flat_map(|it| it.require.iter().flatten().chain(it.gates.keys()))
            .map(String::as_str)
            .collect();
        let lower = |(index, waiver): (usize, &WaiverFile)| {
            let node = self.at("waivers", Some(index));
            let at = |key| node.get(key).unwrap_or(node);
            if !channels.contains(&waiver.channel.as_str()) {
                return Err(self.unknown(at("channel"), "channel", &waiver.channel, &channels));
            }
            if !results.contains(&waiver.result.as_str()) {
                return Err(self.unknown(at("result"), "result", &waiver.result, &results));
            }
            waiver.lower(node, self.file)
        };
        written.waivers.iter().enumerate().map(lower).collect()
    }

    fn unknown(&self, node: &Node, what: &str, name: &str, known: &[&str]) -> Error {
        let hint = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "no channel requires any".into(),
            None => format!("use one of {}", listed(known)),
        };
        self.wrong(node, format!("unknown {what} {}", quoted(name)), hint)
    }
}

/// Whether the way back from a channel comes to itself again.
fn is_cycle(name: &str, channels: &BTreeMap<String, ChannelFile>) -> bool {
    let mut at = name;
    for _ in 0..channels.len() {
        match channels.get(at).and_then(|channel| channel.from.as_deref()) {
            Some(from) if from == name => return true,
            Some(from) => at = from,
            None => return false,
        }
    }
    false
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
