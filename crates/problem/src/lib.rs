//! Why something cannot be done, whose fault that is, and what to do about it: the one error that people see.

mod given;

use std::fmt;
use std::io;
use std::path::Path;

pub use given::given_text;

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The one who wrote the inputs, the spec or the command line: exit code 2.
    User,
    /// The host, the network, a service, an interruption: exit code 3.
    Infrastructure,
}

/// A reason to have no outcome, as a lower-case fragment, with the next step as a hint.
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

    /// For `map_err`: what could not be done with which path of this host, such as `read`.
    pub fn path(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Problem {
        let what = format!("cannot {doing} `{}`", path.display());
        move |error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Problem::infrastructure(format!("{what}: the disk is full"))
                    .hint("free some space, or use a larger runner")
            }
            _ => Problem::infrastructure(format!("{what}: {error}")),
        }
    }

    /// The exit code of a program that has no outcome because of it.
    pub fn exit_code(&self) -> u8 {
        match self.fault {
            Fault::User => 2,
            Fault::Infrastructure => 3,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_so_with_what_to_do() {
        let problem = Problem::path("write", Path::new("/x"))(io::ErrorKind::StorageFull.into());
        assert_eq!(problem.message, "cannot write `/x`: the disk is full");
        assert!(problem.hint.is_some() && problem.exit_code() == 3);
    }
}
