//! What a policy lets pass, though it is no mistake.

use std::path::Path;

use chrono::NaiveDate;
use problem::Problem;
use spec::{Error, Hazard, Node};

use crate::channel::Channel;
use crate::gate::GateKind;
use crate::policy::Policy;

/// Versions as people tag them.
const VERSIONS: [&str; 4] = ["v1.2.3", "1.2.3", "v1.2", "1.2"];

/// What there is to say of a policy. It is in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What lets pass what it should not.
    pub hazards: Vec<Hazard>,
    /// What may be a slip.
    pub warnings: Vec<Hazard>,
}

impl Policy {
    /// Looks for hazards on a day, and for required results that none of the `known` tests has; where no test is known,
    /// for none of these.
    ///
    /// # Errors
    /// As [`Policy::parse`].
    pub fn check(
        text: &str,
        file: &Path,
        known: &[String],
        today: NaiveDate,
    ) -> Result<Checked, Problem> {
        let (policy, node) = Policy::read(text, file)?;
        let look = Look { policy: &policy, node: &node, file };
        let mut hazards: Vec<Hazard> =
            policy.channels.iter().flat_map(|channel| look.channel(channel)).collect();
        hazards.extend(look.waivers(today));
        let mut warnings = if known.is_empty() { Vec::new() } else { look.unknown(known) };
        for found in [&mut hazards, &mut warnings] {
            found.sort_by_key(|hazard| (hazard.line, hazard.column));
        }
        Ok(Checked { hazards, warnings })
    }
}

struct Look<'a> {
    policy: &'a Policy,
    node: &'a Node,
    file: &'a Path,
}

impl Look<'_> {
    /// What a file says never reaches a terminal as it is.
    fn hazard(&self, at: &Node, name: &'static str, message: String, hint: &str) -> Hazard {
        let error = Error::at(self.file, at.position(), message, Some(hint.into()));
        let (line, column) = at.position();
        let hint = error.hint.unwrap_or_default();
        Hazard { file: error.file, line, column, name, message: error.message, hint }
    }

    /// The node at the end of these keys, or the last that is there.
    fn at(&self, keys: &[&str]) -> &Node {
        keys.iter().fold(self.node, |node, key| node.get(key).unwrap_or(node))
    }

    fn channel(&self, channel: &Channel) -> Vec<Hazard> {
        let name = channel.name.as_str();
        let at = |key| self.at(&["channels", name, key]);
        let is_entry = self.policy.channels.iter().any(|it| it.from.as_deref() == Some(name));
        let asks = !channel.require.is_empty() || !channel.gates.is_empty();
        let mut found = Vec::new();
        if !asks && (channel.from.is_some() || !is_entry) {
            let message = format!("channel `{name}` asks for no proof: any image gets there");
            let hint = "name in `require` what its images have to pass";
            found.push(self.hazard(at("require"), "no-proof", message, hint));
        }
        if asks && channel.signed_by.is_empty() {
            let message = format!(
                "nobody has to sign the results for `{name}`: whoever may push can write them"
            );
            let hint = "name the key of the tests in `signed-by`";
            found.push(self.hazard(at("signed-by"), "unsigned", message, hint));
        }
        let moves = |tag: &&&str| {
            !self.policy.immutable.holds(tag) && channel.tags.iter().any(|it| it.matches(tag))
        };
        if let Some(tag) = VERSIONS.iter().find(moves) {
            let message = format!("versions of `{name}`, such as `{tag}`, may move");
            let hint = "name them in `immutable`, or leave that out";
            found.push(self.hazard(at("tags"), "versions-move", message, hint));
        }
        for gate in &channel.gates {
            if matches!(&gate.kind, GateKind::Command(command) if command.limit.is_none()) {
                let at = self.at(&["channels", name, "gates", &gate.name]);
                let message = format!("gate `{}` may take for ever", gate.name);
                found.push(self.hazard(at, "no-limit", message, "give it a `limit`, such as `1h`"));
            }
        }
        found
    }

    fn waivers(&self, today: NaiveDate) -> Vec<Hazard> {
        let nodes = self.at(&["waivers"]).items().unwrap_or_default();
        let all = self.policy.waivers.iter().zip(nodes);
        let over = all.filter(|(waiver, _)| waiver.until < today);
        over.map(|(waiver, node)| {
            let message = format!("the waiver of `{}` ended on {}", waiver.result, waiver.until);
            let at = node.get("until").unwrap_or(node);
            self.hazard(at, "waiver-over", message, "take it out, or have it renewed")
        })
        .collect()
    }

    fn unknown(&self, known: &[String]) -> Vec<Hazard> {
        let is_gate = |name: &String| self.policy.gate(name).is_ok();
        let mut found = Vec::new();
        for channel in &self.policy.channels {
            let node = self.at(&["channels", &channel.name, "require"]);
            let nodes = node.items().unwrap_or_default();
            for (name, node) in channel.require.iter().zip(nodes) {
                if !known.contains(name) && !is_gate(name) {
                    let message = format!("no boot test here has the result `{name}`");
                    let hint = "a result is named `<spec>/<arch>`; if it comes from elsewhere, all is well";
                    found.push(self.hazard(node, "unknown-result", message, hint));
                }
            }
        }
        found
    }
}
