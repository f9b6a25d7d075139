//! A gate: whoever has to say yes to an image besides its tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use spec::{Error, Node, nearest, quoted};

use crate::duration::duration;

/// Whoever has to say yes before an image gets into a channel: a result of this name, like that of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Its own in the whole policy.
    pub name: String,
    /// Who is asked.
    pub kind: GateKind,
}

/// Who is asked. A further kind is a key of its own beside `command` and `approval`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GateKind {
    /// A script.
    Command(GateCommand),
    /// People.
    Approval(Approval),
}

/// A script that is asked by its exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateCommand {
    /// A line for `sh -c`.
    pub run: String,
    /// How long it may take; without one as long as the job.
    pub limit: Option<Duration>,
    /// The names of the variables that it sees of ours.
    pub env: Vec<String>,
}

/// That somebody lets a run into an environment of GitHub's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The environment, which has reviewers.
    pub environment: String,
}

/// Whoever has to say yes before an image gets into a channel: a `command` or an `approval`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Gate")]
pub(crate) struct GateFile {
    /// A line for `sh -c`, in the policy's folder; its exit code 0 says yes.
    command: Option<String>,
    /// How long the command may take, such as `1h`.
    limit: Option<String>,
    /// The names of variables that the command sees of those that `run-gate` has.
    env: Option<Vec<String>>,
    /// That somebody approves the run for an environment of GitHub's.
    approval: Option<Approval>,
}

/// Those of one channel, in the order of the file, which stand at `node`.
pub(crate) fn gates(
    written: &BTreeMap<String, GateFile>,
    node: Option<&Node>,
    file: &Path,
) -> Result<Vec<Gate>, Error> {
    let entries = node.and_then(Node::entries).into_iter().flatten();
    let gate = |(name, node): (&str, &Node)| Some(written.get(name)?.lower(name, node, file));
    entries.filter_map(gate).collect()
}

impl GateFile {
    fn lower(&self, name: &str, node: &Node, file: &Path) -> Result<Gate, Error> {
        let wrong = |key: &str, message: String, hint: &str| {
            Error::at(file, node.get(key).unwrap_or(node).position(), message, Some(hint.into()))
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty()
            || name.len() > 100
            || name.starts_with(['.', '-'])
            || !name.chars().all(plain)
        {
            let hint = "give 1 to 100 letters, digits, `_`, `.` and `-`";
            return Err(wrong("", format!("{} is no name of a gate", quoted(name)), hint));
        }
        let kind = match (&self.command, &self.approval) {
            (Some(run), None) => GateKind::Command(self.command(run, node, file)?),
            (None, Some(approval)) => {
                let other = ["limit", "env"].into_iter().find(|key| node.get(key).is_some());
                if let Some(key) = other {
                    let message = format!("`{key}` is for a `command`");
                    return Err(wrong(key, message, "take it out"));
                }
                let at = node.get("approval").and_then(|it| it.get("environment")).unwrap_or(node);
                spec::label(&approval.environment, at, file)?;
                GateKind::Approval(approval.clone())
            }
            _ => {
                let message = format!("gate `{name}` does not say who is asked");
                return Err(wrong("", message, "give it one of `command` and `approval`"));
            }
        };
        Ok(Gate { name: name.to_owned(), kind })
    }

    fn command(&self, run: &str, node: &Node, file: &Path) -> Result<GateCommand, Error> {
        let at = |key| node.get(key).unwrap_or(node);
        if run.trim().is_empty() || run.contains('\0') {
            let hint = "name what is run, such as `./soak.sh`";
            let place = at("command").position();
            return Err(Error::at(file, place, "`command` runs nothing", Some(hint.into())));
        }
        for (index, name) in self.env.iter().flatten().enumerate() {
            let at = at("env").items().and_then(|items| items.get(index)).unwrap_or(node);
            check_variable(name, at, file)?;
        }
        let limit = self.limit.as_ref().map(|text| duration(text, "limit", node, file));
        let env = self.env.clone().unwrap_or_default();
        Ok(GateCommand { run: run.to_owned(), limit: limit.transpose()?, env })
    }
}

/// No script sees the key that signs, nor what the runner keeps for itself.
fn check_variable(name: &str, node: &Node, file: &Path) -> Result<(), Error> {
    const OURS: [&str; 4] = ["COSIGN_", "ACTIONS_", "INPUT_", "BOOTGATE_"];
    let wrong = |message: String, hint: &str| {
        Err(Error::at(file, node.position(), message, Some(hint.into())))
    };
    if name.is_empty() || name.contains(['=', '\0']) {
        let message = format!("{} is no name of a variable", quoted(name));
        return wrong(message, "name it alone, such as `LAB_TOKEN`");
    }
    match OURS.iter().find(|prefix| name.starts_with(**prefix)) {
        Some(prefix) => wrong(
            format!("{} is kept from every gate", quoted(name)),
            &format!("give it a name that does not begin with `{prefix}`"),
        ),
        None => Ok(()),
    }
}

/// What to do where no gate has this name.
pub(crate) fn hint(name: &str, known: &[&str]) -> String {
    match (nearest(name, known), known) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "a channel names its gates in `gates`".into(),
        (None, known) => format!("its gates are `{}`", known.join("`, `")),
    }
}
