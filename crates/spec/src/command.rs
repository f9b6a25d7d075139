//! The `machine.command` part: a program in a terminal that starts the guest.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use crate::error::{Complaint, quoted};
use crate::limit::Limit;
use crate::node::Node;
use crate::{Action, Spec, Step, System};

/// A program in a terminal of its own that starts the guest, such as `make ARCH=aarch64 run`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// What is run: a line for `sh -c`, or a program with its arguments.
    pub run: CommandLine,
    /// Where it is run, relative to the spec's folder; that folder itself unless given.
    #[serde(default = "here")]
    pub cwd: PathBuf,
    /// Variables for it, besides those that bootgate was given.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
}

/// What a command runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandLine {
    /// A line for `sh -c`.
    Shell(String),
    /// A program and its arguments, at least the program.
    Program(Vec<String>),
}

fn here() -> PathBuf {
    ".".into()
}

/// Checks the part that stands at `node`.
pub(crate) fn check(command: &Command, node: &Node) -> Result<(), Complaint> {
    check_line(&command.run, node.at("run"))?;
    if command.cwd.as_os_str().is_empty() {
        return Err(Complaint::new(node.at("cwd").place, "`cwd` names no folder"));
    }
    command.env.iter().try_for_each(|variable| check_variable(variable, node.at("env")))
}

fn check_line(line: &CommandLine, node: &Node) -> Result<(), Complaint> {
    let (first, all) = match line {
        CommandLine::Shell(line) => (line.as_str(), std::slice::from_ref(line)),
        CommandLine::Program(words) => (words.first().map_or("", String::as_str), words.as_slice()),
    };
    if first.trim().is_empty() {
        return Err(Complaint::new(node.place, "`run` is empty")
            .hint(Some("name what starts the guest, such as `make run`".into())));
    }
    match all.iter().any(|word| word.contains('\0')) {
        true => Err(Complaint::new(node.place, "no command can hold a NUL character")),
        false => Ok(()),
    }
}

fn check_variable((name, value): (&String, &String), node: &Node) -> Result<(), Complaint> {
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(Complaint::new(
            node.key(name),
            format!("{} is no name of a variable", quoted(name)),
        ));
    }
    match value.contains('\0') {
        true => Err(Complaint::new(node.at(name).place, "no variable can hold a NUL character")),
        false => Ok(()),
    }
}

/// Refuses limits for each accelerator: nobody can tell which of them holds for a command.
pub(crate) fn check_limits(spec: &Spec, node: &Node, steps: &[&Node]) -> Result<(), Complaint> {
    let limits = node.at("limits");
    let of_run = [
        (Some(spec.limits.total), limits.at("total")),
        (spec.limits.silence, limits.at("silence")),
    ];
    let of_steps = spec.steps.iter().zip(steps).filter(|(_, node)| node.has("within"));
    let of_steps = of_steps.map(|(step, node)| (step.within, node.at("within")));
    let budget = |step: &Step| match step.action {
        Action::Ask(System::BootTime(limit)) => Some(limit),
        _ => None,
    };
    let of_boots = spec.steps.iter().zip(steps);
    let of_boots = of_boots.map(|(step, node)| (budget(step), node.at("boot-time")));
    let of_stages = spec.limits.stages.iter();
    let of_stages =
        of_stages.map(|(stage, limit)| (Some(*limit), limits.at("stages").at(stage.as_str())));
    let mut all = of_run.into_iter().chain(of_steps).chain(of_boots).chain(of_stages);
    let both = |limit| matches!(limit, Some(Limit::ByAccelerator { .. }));
    all.find(|(limit, _)| both(*limit)).map_or(Ok(()), |(_, node)| {
        Err(Complaint::new(node.place, "what a command accelerates its guest with is not known")
            .hint(Some("give one duration".into())))
    })
}

impl<'de> Deserialize<'de> for CommandLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CommandLine, D::Error> {
        deserializer.deserialize_any(LineVisitor)
    }
}

struct LineVisitor;

impl<'de> Visitor<'de> for LineVisitor {
    type Value = CommandLine;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line for the shell, or a list of a program and its arguments")
    }

    fn visit_str<E: Error>(self, line: &str) -> Result<CommandLine, E> {
        Ok(CommandLine::Shell(line.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<CommandLine, A::Error> {
        let mut words = Vec::new();
        while let Some(word) = items.next_element()? {
            words.push(word);
        }
        Ok(CommandLine::Program(words))
    }
}

impl JsonSchema for CommandLine {
    fn schema_name() -> Cow<'static, str> {
        "CommandLine".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A line for `sh -c`, or a program with its arguments.",
            "anyOf": [
                { "type": "string", "minLength": 1 },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 }
            ]
        })
    }
}
