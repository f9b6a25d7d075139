//! Why a command of `./x` did not succeed, and whose turn it is: the same exit codes as the product.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

/// A lower-case fragment, with the next step as a hint.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// A check or a test did not hold: exit code 1.
    pub(crate) fn check(message: impl Into<String>) -> Failure {
        Failure { code: 1, message: message.into(), hint: None }
    }

    /// Something that only the user can mend: exit code 2.
    pub(crate) fn user(message: impl Into<String>) -> Failure {
        Failure { code: 2, message: message.into(), hint: None }
    }

    /// The host, the network or a tool: exit code 3.
    pub(crate) fn host(message: impl Into<String>) -> Failure {
        Failure { code: 3, message: message.into(), hint: None }
    }

    /// For `map_err`: what was to be done with which path.
    pub(crate) fn path(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Failure {
        let path = path.display().to_string();
        move |error| Failure::host(format!("{doing} `{path}` failed: {error}"))
    }

    /// The same with the next step.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Failure {
        Failure { hint: Some(hint.into()), ..self }
    }

    /// The same as a failed check: what ran was the check itself.
    pub(crate) fn into_check(self) -> Failure {
        Failure { code: 1, ..self }
    }

    /// Tells the user, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        anstream::eprintln!("{red}error{red:#}: {}", self.message);
        if let Some(hint) = self.hint {
            anstream::eprintln!("  next: {hint}");
        }
        ExitCode::from(self.code)
    }
}
