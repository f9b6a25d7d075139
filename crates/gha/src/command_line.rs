//! The whole command line of a program that may have been started by a runner.

use std::ffi::OsString;

use clap::Command;

use problem::Problem;

use crate::{Runner, arguments};

/// What `program` was given, with the runner's inputs for the subcommand that was called, or for itself where it has none.
///
/// # Errors
/// When an input cannot be read, as [`arguments`] says.
pub fn command_line(program: &Command, given: Vec<OsString>) -> Result<Vec<OsString>, Problem> {
    let Some(runner) = Runner::from_env() else { return Ok(given) };
    let called = given.get(1).and_then(|word| program.find_subcommand(word));
    let words = if called.is_some() { 2 } else { 1 };
    if called.is_none() && program.has_subcommands() {
        return Ok(given);
    }
    let (head, rest) = given.split_at(words.min(given.len()));
    let mut line = head.to_vec();
    line.extend(arguments(called.unwrap_or(program), &runner, rest)?);
    Ok(line)
}
