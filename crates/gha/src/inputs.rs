//! From the runner's `INPUT_…` variables to a command line, so that clap is the one place where inputs are defined.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgAction, Command};

use problem::Problem;

use crate::Runner;

/// The help heading of flags that are for people only, and no inputs.
pub const ON_THE_COMMAND_LINE: &str = "On the command line";

/// The help heading of inputs that older actions had: their help says what takes their place.
pub const OF_OLDER_ACTIONS: &str = "Of older actions";

/// The arguments of `command`: first what the runner gives as inputs, then what was `given` on the real command line.
///
/// A blank input counts as not given, and an input whose flag was given is not read; an input may have
/// the flag's other names. A flag without a value takes `true`
/// or `false`. A flag that can be repeated takes lines; blank lines are skipped. Values are trimmed.
///
/// # Errors
/// When an input that is a flag without a value is neither `true` nor `false`.
pub fn arguments(
    command: &Command,
    runner: &Runner,
    given: &[OsString],
) -> Result<Vec<OsString>, Problem> {
    let mut arguments = Vec::new();
    for (arg, name) in inputs(command).filter(|(arg, _)| !is_given(arg, given)) {
        let value =
            |name: &str| runner.var(&variable(name)).map(str::trim).filter(|v| !v.is_empty());
        if let Some(value) = longs(arg).find_map(value) {
            arguments.extend(flags(arg, name, value)?.into_iter().map(OsString::from));
        }
    }
    arguments.extend(given.iter().cloned());
    Ok(arguments)
}

/// The flags of a command that are inputs, with their names.
pub(crate) fn inputs(command: &Command) -> impl Iterator<Item = (&Arg, &str)> {
    command
        .get_arguments()
        .filter(|arg| arg.get_help_heading() != Some(ON_THE_COMMAND_LINE) && !arg.is_hide_set())
        .filter(|arg| !is_help(arg.get_action()))
        .filter_map(|arg| Some((arg, arg.get_long()?)))
}

/// Whether the flag is there or not, and takes no value.
pub(crate) fn is_switch(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::SetFalse)
}

/// Whether the flag can be repeated.
pub(crate) fn is_list(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

fn is_help(action: &ArgAction) -> bool {
    use ArgAction::{Help, HelpLong, HelpShort, Version};
    matches!(action, Help | HelpLong | HelpShort | Version)
}

/// The variable of an input. The runner makes blanks into underscores and letters upper case, and keeps dashes.
pub fn variable(name: &str) -> String {
    format!("INPUT_{}", name.replace(' ', "_").to_uppercase())
}

fn flags(arg: &Arg, name: &str, value: &str) -> Result<Vec<String>, Problem> {
    if is_switch(arg) {
        return Ok(truth(name, value)?.then(|| format!("--{name}")).into_iter().collect());
    }
    if is_list(arg) {
        let lines = value.lines().map(str::trim).filter(|line| !line.is_empty());
        return Ok(lines.map(|line| format!("--{name}={line}")).collect());
    }
    Ok(vec![format!("--{name}={value}")])
}

fn truth(name: &str, value: &str) -> Result<bool, Problem> {
    match value {
        "true" | "True" | "TRUE" => Ok(true),
        "false" | "False" | "FALSE" => Ok(false),
        _ => Err(Problem::user(format!("the input `{name}` is `{}`", value.escape_debug()))
            .hint("give `true` or `false`")),
    }
}

/// A flag's name, and its other names.
fn longs(arg: &Arg) -> impl Iterator<Item = &str> {
    arg.get_long().into_iter().chain(arg.get_all_aliases().into_iter().flatten())
}

/// Whether the flag stands on the command line, by its name, an alias or its letter.
fn is_given(arg: &Arg, given: &[OsString]) -> bool {
    let longs: Vec<&str> = longs(arg).collect();
    let flags = given.iter().take_while(|word| *word != OsStr::new("--"));
    flags.map(|word| word.to_string_lossy()).any(|word| match word.strip_prefix("--") {
        Some(long) => longs.contains(&long.split_once('=').map_or(long, |(name, _)| name)),
        None => word.strip_prefix('-').is_some_and(|letters| {
            letters.chars().next().is_some_and(|letter| arg.get_short() == Some(letter))
        }),
    })
}
