//! What can go wrong between us and the runner, and whose fault that is.

use std::fmt;

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The one who wrote the workflow: exit code 2.
    User,
    /// The runner, its files or its services: exit code 3.
    Infrastructure,
}

/// A lower-case fragment, with the next step as a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Whose it is.
    pub fault: Fault,
    /// What is wrong, with the value in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Error {
    pub(crate) fn user(message: impl Into<String>) -> Error {
        Error { fault: Fault::User, message: message.into(), hint: None }
    }

    pub(crate) fn infrastructure(message: impl Into<String>) -> Error {
        Error { fault: Fault::Infrastructure, message: message.into(), hint: None }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Error {
        Error { hint: Some(hint.into()), ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
