//! Why a trial could not be run, and whose fault that is.

use std::fmt;

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The one who wrote the spec or the command line: exit code 2.
    User,
    /// The host, the network, an interruption: exit code 3.
    Infrastructure,
}

/// A reason not to have a verdict, as a lower-case fragment, with the next step as a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whose it is.
    pub fault: Fault,
    /// What is wrong, with the value in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// A mistake in what we were given.
    pub fn user(message: impl Into<String>) -> Problem {
        Problem { fault: Fault::User, message: message.into(), hint: None }
    }

    /// Something that is neither the user's nor the guest's fault.
    pub fn infrastructure(message: impl Into<String>) -> Problem {
        Problem { fault: Fault::Infrastructure, message: message.into(), hint: None }
    }

    /// The same with the next step.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Problem {
        Problem { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl From<spec::Error> for Problem {
    fn from(error: spec::Error) -> Problem {
        Problem { hint: error.hint.clone(), ..Problem::user(error.to_string()) }
    }
}

impl Problem {
    /// The exit code of a program that has no verdict because of it.
    pub fn exit_code(&self) -> u8 {
        match self.fault {
            Fault::User => 2,
            Fault::Infrastructure => 3,
        }
    }
}
