//! The whole command line of a program that may have been started by a runner.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Command;

use problem::Problem;

use crate::{Runner, arguments, end_on_panic, exit_code};

/// Runs a program that may have been started by a runner: `run` gets the line that clap is to read. The exit code is that of
/// `run`, or of the mistake in the inputs, which is told.
pub fn program(program: &Command, run: impl FnOnce(Vec<OsString>) -> ExitCode) -> ExitCode {
    end_on_panic();
    match command_line(program, std::env::args_os().collect()) {
        Ok(line) => run(line),
        Err(problem) => exit_code(Err(problem), None, None),
    }
}

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
