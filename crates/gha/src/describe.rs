//! An action as data, and the parts of `action.yml` and of its README that are made from it.

use std::fmt::Write;

use clap::{Arg, Command};
use serde::Serialize;

use crate::Output;
use crate::inputs::{OF_OLDER_ACTIONS, inputs, is_list, is_switch};

/// What an action takes and gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The command's name, which is also the action's folder.
    pub name: String,
    /// What it does.
    pub description: String,
    /// In the order of the command line's help.
    pub inputs: Vec<Input>,
    /// Names and descriptions.
    pub outputs: Vec<(String, String)>,
}

/// An input as the one who writes a workflow sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Input {
    /// As it stands under `with:`.
    pub name: String,
    /// What it is for, and what it takes where that is a closed set.
    pub description: String,
    /// What holds when it is not given.
    pub default: Option<String>,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is there for those who moved from an older action: the description says what takes its place.
    pub deprecated: bool,
}

/// An input of this name is the job's own token, unless another one is given.
const TOKEN: &str = "token";
const JOB_TOKEN: &str = "${{ github.token }}";

/// Reads the inputs off the flags of `command`.
pub fn describe(command: &Command, outputs: &[Output]) -> Action {
    let about = command.get_long_about().or(command.get_about());
    let output = |output: &Output| (output.name.to_owned(), output.description.to_owned());
    Action {
        name: command.get_name().to_owned(),
        description: about.map(|about| paragraph(&about.to_string())).unwrap_or_default(),
        inputs: inputs(command).map(|(arg, name)| input(arg, name)).collect(),
        outputs: outputs.iter().map(output).collect(),
    }
}

/// The `inputs:` and `outputs:` of `action.yml`, the latter only where there are any.
pub fn action_yml_part(action: &Action) -> String {
    let mut part = String::from(if action.inputs.is_empty() { "" } else { "inputs:\n" });
    for input in &action.inputs {
        entry(&mut part, &input.name, &input.description);
        if let Some(default) = &input.default {
            line(&mut part, format_args!("    default: {}", quoted(default)));
        }
        if input.deprecated {
            line(&mut part, format_args!("    deprecationMessage: {}", quoted(&input.description)));
        }
        if input.required {
            line(&mut part, format_args!("    required: true"));
        }
    }
    part.push_str(if action.outputs.is_empty() { "" } else { "outputs:\n" });
    for (name, description) in &action.outputs {
        entry(&mut part, name, description);
    }
    part
}

/// The tables of inputs and outputs of the README.
pub fn readme_tables(action: &Action) -> String {
    let mut tables = String::new();
    if !action.inputs.is_empty() {
        tables.push_str("| input | what it is | default |\n| --- | --- | --- |\n");
    }
    for Input { name, description, default, required, .. } in &action.inputs {
        let default = match default {
            Some(default) => format!("`{}`", cell(default)),
            None => String::from(if *required { "**required**" } else { "" }),
        };
        line(&mut tables, format_args!("| `{name}` | {} | {default} |", cell(description)));
    }
    if !action.outputs.is_empty() {
        let gap = if action.inputs.is_empty() { "" } else { "\n" };
        line(&mut tables, format_args!("{gap}| output | what it is |\n| --- | --- |"));
    }
    for (name, description) in &action.outputs {
        line(&mut tables, format_args!("| `{name}` | {} |", cell(description)));
    }
    tables
}

fn input(arg: &Arg, name: &str) -> Input {
    let help = arg.get_long_help().or(arg.get_help());
    let mut description = help.map(|help| paragraph(&help.to_string())).unwrap_or_default();
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() && !is_switch(arg) {
        description = sentence(description, &format!("One of {}", values.join(", ")));
    }
    if is_list(arg) {
        description = sentence(description, "One a line");
    }
    let default = if name == TOKEN { Some(JOB_TOKEN.to_owned()) } else { default(arg) };
    Input {
        name: name.to_owned(),
        description,
        deprecated: arg.get_help_heading() == Some(OF_OLDER_ACTIONS),
        required: arg.is_required_set() && default.is_none(),
        default,
    }
}

fn default(arg: &Arg) -> Option<String> {
    if is_switch(arg) {
        return Some("false".to_owned());
    }
    let values = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
    Some(values.collect::<Vec<_>>().join("\n")).filter(|values| !values.is_empty())
}

/// Clap takes the full stop off a flag's help; here another sentence follows.
fn sentence(mut text: String, next: &str) -> String {
    if !text.is_empty() && !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    let gap = if text.is_empty() { "" } else { " " };
    text + gap + next
}

fn paragraph(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn entry(part: &mut String, name: &str, description: &str) {
    line(part, format_args!("  {name}:\n    description: {}", quoted(description)));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _infallible = writeln!(text, "{line}");
}

/// JSON's strings are YAML's too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', "<br>")
}
