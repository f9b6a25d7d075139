//! What a program answers, and a problem as the one who has to act is told of it: on a terminal, or in a workflow.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anstyle::AnsiColor;
use problem::Problem;

use crate::{Annotation, Annotations, Level, Runner, neutralise};

/// Prints what was asked for, as whole lines, on standard output.
pub fn print(text: &str) {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    // Whoever closed our output does not want to read it.
    let _closed = write!(anstream::stdout(), "{text}{end}");
}

/// Tells why something cannot be done and what to do about it: on standard error, and on a runner as an annotation of
/// `file`, if there is one.
pub fn tell(problem: &Problem, runner: Option<&Runner>, file: Option<&Path>) {
    let red = AnsiColor::Red.on_default().bold();
    let hint = problem.hint.as_ref().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
    let text = format!("{red}error{red:#}: {}{hint}", problem.message);
    // A message may quote what others have written, a QEMU or a spec of a pull request among them.
    let text = if runner.is_some() { neutralise(text.as_bytes()) } else { text };
    let _closed = writeln!(anstream::stderr(), "{}", text.trim_end());
    if runner.is_some() {
        let mut annotations = Annotations::default();
        annotations.push(annotation(problem, file));
        // A log that is gone cannot be told that it is.
        let _gone = std::io::stdout().write_all(annotations.commands().as_bytes());
    }
}

/// The exit code of a program that came to this; a problem is told, as [`tell`] does.
pub fn exit_code(
    outcome: Result<u8, Problem>,
    runner: Option<&Runner>,
    file: Option<&Path>,
) -> ExitCode {
    ExitCode::from(outcome.unwrap_or_else(|problem| {
        tell(&problem, runner, file);
        problem.exit_code()
    }))
}

fn annotation(problem: &Problem, file: Option<&Path>) -> Annotation {
    let hint = problem.hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
    let error = Annotation::new(Level::Error, format!("{}{hint}", problem.message));
    match file {
        Some(file) => error.at(file.to_string_lossy(), 1),
        None => error,
    }
}
