//! What an action tells the steps after it.

use crate::variables::entry;
use problem::Problem;

use crate::Runner;

/// An output as an action declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output {
    /// As it stands in `steps.<id>.outputs.<name>`.
    pub name: &'static str,
    /// One sentence.
    pub description: &'static str,
}

/// Sets the outputs that were declared, and no others.
///
/// Values are ours: verdicts, digests, paths, numbers. A guest's text is never an output.
#[derive(Clone, Copy, Debug)]
pub struct Outputs<'a> {
    runner: &'a Runner,
    declared: &'a [Output],
}

impl<'a> Outputs<'a> {
    /// The outputs of one action.
    pub fn new(runner: &'a Runner, declared: &'a [Output]) -> Outputs<'a> {
        Outputs { runner, declared }
    }

    /// Sets all of these.
    ///
    /// # Errors
    /// As [`Outputs::set`]; those before the first that fails are set.
    pub fn set_all(&self, values: &[(&str, String)]) -> Result<(), Problem> {
        values.iter().try_for_each(|(name, value)| self.set(name, value))
    }

    /// Sets one; where it is set twice, the later value holds.
    ///
    /// # Errors
    /// When the action does not declare it, the value holds control characters other than a line feed, or the runner's
    /// file cannot be written.
    pub fn set(&self, name: &str, value: &str) -> Result<(), Problem> {
        if !self.declared.iter().any(|output| output.name == name) {
            return Err(Problem::user(format!("the action declares no output `{name}`")));
        }
        self.runner.append("GITHUB_OUTPUT", &entry(name, value)?)
    }
}
