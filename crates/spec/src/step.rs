//! What to wait for and what to type.

use schemars::JsonSchema;
use serde::Deserialize;
use verdict::Pattern;

use crate::Limit;
use crate::error::{Complaint, quoted};
use crate::limit::LimitFile;
use crate::node::Node;
use crate::patterns;

/// One step of a boot test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What to do.
    pub action: Action,
    /// How long it may take, where it has a limit of its own.
    pub within: Option<Limit>,
    /// The line of the spec it stands on, from 1.
    pub line: u32,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Waits for a complete line.
    Expect(Pattern),
    /// Waits for a line that is not finished, because the guest waits for input.
    Prompt(Pattern),
    /// Types.
    Send(String),
    /// Runs a command in the guest's shell; a status other than zero is a failure.
    Run(String),
}

impl Action {
    /// Whether the guest has to do something for the step to end; typing always succeeds.
    pub(crate) fn proves_something(&self) -> bool {
        !matches!(self, Action::Send(_))
    }
}

/// One step: exactly one of `expect`, `prompt`, `send` and `run`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Step", extend("oneOf" = [
    { "required": ["expect"] }, { "required": ["prompt"] }, { "required": ["send"] }, { "required": ["run"] }
]))]
pub(crate) struct StepFile {
    /// Wait for a complete line that matches. A pattern that ends in a blank and `$` is a prompt.
    expect: Option<String>,
    /// Wait for a line that is not finished, such as a shell's prompt.
    prompt: Option<String>,
    /// Type this; a line ends with `\n`.
    send: Option<String>,
    /// Run this command in the guest's shell.
    run: Option<String>,
    /// How long the step may take.
    within: Option<LimitFile>,
}

impl StepFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node) -> Result<Step, Complaint> {
        Ok(Step {
            action: self.action(node)?,
            within: self.within.as_ref().map(|limit| limit.lower(node.at("within"))).transpose()?,
            line: node.place.map_or(0, |place| place.line),
        })
    }

    fn action(&self, node: &Node) -> Result<Action, Complaint> {
        let given = [
            ("expect", &self.expect),
            ("prompt", &self.prompt),
            ("send", &self.send),
            ("run", &self.run),
        ];
        let mut given = given.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?)));
        match (given.next(), given.next()) {
            (Some((key, text)), None) => action(key, text, node.at(key)),
            (Some((first, _)), Some((second, _))) => Err(two_actions(first, second, node)),
            (None, _) => Err(Complaint::new(node.place, "a step without an action")
                .hint(Some("give it one of `expect`, `prompt`, `send`, `run`".into()))),
        }
    }
}

fn two_actions(first: &str, second: &str, node: &Node) -> Complaint {
    Complaint::new(node.key(second), format!("a step with two actions, `{first}` and `{second}`"))
        .hint(Some(format!("begin a new step with `- {second}:`")))
}

fn action(key: &str, text: &str, node: &Node) -> Result<Action, Complaint> {
    if text.is_empty() {
        return Err(Complaint::new(node.place, format!("{} is empty", quoted(key))));
    }
    Ok(match key {
        "send" => Action::Send(text.into()),
        "run" => Action::Run(text.into()),
        "prompt" => Action::Prompt(patterns::one(text, node)?),
        _ => expect(patterns::one(text, node)?),
    })
}

/// `login: $` never ends in a line break, so it can only be meant as a prompt.
fn expect(pattern: Pattern) -> Action {
    if pattern.is_prompt() { Action::Prompt(pattern) } else { Action::Expect(pattern) }
}
