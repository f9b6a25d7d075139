//! What a run came to, on a terminal and on GitHub: the same whichever action ran it, and wherever.

mod backtrace;
mod checkout;
mod github;
mod onlooker;
mod output;
mod outputs;
mod summary;
#[cfg(test)]
mod tests;

use std::io::{self, Write, stdout};
use std::path::Path;

use gha::{Fence, Runner};
use trial::{Problem, Report};

pub use github::post;
pub use onlooker::Onlooker;
pub use output::print_report;
pub use outputs::OUTPUTS;

/// What an action shows beside its report.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The boot test, where it is a file: what an annotation is at that knows no better place.
    pub spec: Option<&'a Path>,
    /// The folder with the evidence.
    pub evidence: &'a Path,
    /// The command that does the same again.
    pub again: &'a str,
    /// Whether the log gets the report as one JSON document.
    pub json: bool,
}

impl Shown<'_> {
    /// Prints a report, and tells the workflow: annotations, outputs, the evidence as an artifact, the summary.
    ///
    /// # Errors
    /// The runner's files cannot be written.
    pub fn report(&self, report: &Report, runner: Option<&Runner>) -> Result<(), Problem> {
        print(runner, |out| print_report(out, report, self.json, self.again));
        runner.map_or(Ok(()), |runner| github::report(runner, report, self))
    }
}

/// Says that `action` left the test out.
pub fn skipped(action: &str, why: &str, json: bool, runner: Option<&Runner>) {
    print(runner, |out| output::print_skipped(out, why, json));
    if runner.is_some() {
        github::skipped(action, why);
    }
}

/// Prints on standard output: behind a fence where a runner reads along.
pub fn print(runner: Option<&Runner>, printed: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    // Whoever closed our output does not want to read it.
    let _closed = match runner {
        Some(_) => Fence::open(stdout()).and_then(|mut fence| printed(&mut fence)),
        None => printed(&mut anstream::stdout()),
    };
}
