//! Other programs, with an error that says which one failed and what it said.

use std::io;
use std::process::{Command, ExitStatus, Output};

use crate::failure::Failure;

/// How much of a failed program's complaint is shown.
const SHOWN_LINES: usize = 15;

/// Runs with our terminal as its own.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(ended(command, status, "")) }
}

/// Runs unseen and gives what it wrote on standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = captured(command)?;
    if !output.status.success() {
        return Err(ended(command, output.status, &complaint(&output)));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| Failure::host(format!("`{}` wrote what is not UTF-8", shown(command))))
}

/// Runs unseen and gives everything, whatever the exit status.
pub(crate) fn captured(command: &mut Command) -> Result<Output, Failure> {
    command.output().map_err(|error| not_started(command, &error))
}

/// The program and its arguments, as one would type them.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

pub(crate) fn not_started(command: &Command, error: &io::Error) -> Failure {
    let program = command.get_program().to_string_lossy();
    let failure = Failure::host(format!("`{program}` cannot be started: {error}"));
    match error.kind() {
        io::ErrorKind::NotFound => failure.hint(format!("install `{program}`")),
        _ => failure,
    }
}

fn ended(command: &Command, status: ExitStatus, complaint: &str) -> Failure {
    Failure::host(format!("`{}` ended with {status}{complaint}", shown(command)))
}

fn complaint(output: &Output) -> String {
    let said = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
    let text = String::from_utf8_lossy(said);
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
    last.iter().map(|line| format!("\n  {line}")).collect()
}
