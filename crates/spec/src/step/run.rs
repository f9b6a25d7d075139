//! `run`: a command, and what it has to say.

use schemars::JsonSchema;
use serde::Deserialize;
use verdict::Pattern;

use super::action::refuse_empty;
use super::form::Form;
use super::{Action, System};
use crate::error::Complaint;
use crate::node::Node;
use crate::{Access, patterns};

/// A command that is run inside the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Lines for the guest's `sh`.
    pub command: String,
    /// What one complete line of its output has to match.
    pub stdout: Option<Pattern>,
    /// The status it has to exit with.
    pub status: u8,
}

impl Run {
    /// A command that has to succeed, whatever it says.
    pub(super) fn plain(command: &str) -> Run {
        Run { command: command.to_owned(), stdout: None, status: 0 }
    }
}

pub(crate) type RunFile = Form<RunMap>;

/// A command with what it has to say.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Run")]
pub(crate) struct RunMap {
    /// Lines for the guest's `sh`.
    command: String,
    /// A pattern that one complete line of its output has to match.
    stdout: Option<String>,
    /// The status it has to exit with; `0` unless given.
    status: Option<u8>,
}

impl RunFile {
    /// The checked form of what stands at `node`: typed on the console, or asked.
    pub(super) fn lower(&self, node: &Node, access: &Access) -> Result<Action, Complaint> {
        let run = match self {
            Form::Text(command) => Run::plain(command),
            Form::Map(map) => map.lower(node)?,
        };
        refuse_empty("run", &run.command, node)?;
        match access {
            Access::Console if run != Run::plain(&run.command) => Err(Complaint::new(
                node.place,
                "what a command prints on the console is not its alone",
            )
            .hint(Some("add `access: ssh` at the top, or wait for its line by `expect`".into()))),
            Access::Console => Ok(Action::Run(run.command)),
            Access::Ssh(_) | Access::GuestAgent => Ok(Action::Ask(System::Run(run))),
        }
    }
}

impl RunMap {
    fn lower(&self, node: &Node) -> Result<Run, Complaint> {
        let stdout = self.stdout.as_ref();
        Ok(Run {
            command: self.command.clone(),
            stdout: stdout.map(|text| patterns::one(text, node.at("stdout"))).transpose()?,
            status: self.status.unwrap_or(0),
        })
    }
}
