//! What would be started, as a value.

use std::fmt;

use trial::Accelerator;

/// What would be started: a program and its arguments, as a person can paste them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// What runs the guest's instructions; none where that is found out when it starts.
    pub accelerator: Option<Accelerator>,
    /// What a reader should know about it.
    pub notes: Vec<String>,
}

impl fmt::Display for Plan {
    /// The command as a line of shell.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only a NUL byte cannot be quoted, and none can be in an argument.
        let line =
            shlex::try_join(self.command.iter().map(String::as_str)).map_err(|_| fmt::Error)?;
        f.write_str(&line)
    }
}
