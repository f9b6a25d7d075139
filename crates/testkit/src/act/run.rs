//! act, run to its end.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use supervise::{Child, Deadline};

use super::log::Run;
use super::tools;
use crate::mounts::in_own;

/// Longer than any workflow of the tests takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// A run of act that is to be started.
#[derive(Debug)]
pub struct Act {
    command: Command,
    home: PathBuf,
    is_cut_off: bool,
    patience: Duration,
}

impl Act {
    /// With nothing of our own environment: act gives all of its own to every step, which a runner does not.
    pub(crate) fn new(mut command: Command, home: &Path) -> Act {
        command.env_clear().env("PATH", tools::path()).env("HOME", home);
        command.env("LANG", "C.UTF-8").env("TMPDIR", home);
        // act asks for news of itself.
        command.env("https_proxy", "http://127.0.0.1:9");
        Act { command, home: home.to_owned(), is_cut_off: true, patience: PATIENCE }
    }

    /// Lets it reach servers of the test's on this machine. Otherwise there is no network at all.
    #[must_use]
    pub fn with_loopback(mut self) -> Act {
        self.is_cut_off = false;
        self
    }

    /// Gives every step a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Act {
        self.command.env(name, value);
        self
    }

    /// Gives act more arguments, such as `--matrix arch:riscv64` for these legs of a matrix only.
    #[must_use]
    pub fn args(mut self, arguments: &[&str]) -> Act {
        self.command.args(arguments);
        self
    }

    /// Gives it so much time instead of a few minutes.
    #[must_use]
    pub fn within(mut self, patience: Duration) -> Act {
        self.patience = patience;
        self
    }

    /// Runs it.
    ///
    /// # Panics
    /// It cannot be started, or does not end.
    pub fn run(mut self) -> Run {
        let (log, complaints) = (self.home.join("act.log"), self.home.join("act.err"));
        let create = |path| File::create(path).unwrap_or_else(|error| panic!("{error}"));
        if self.is_cut_off {
            self.command = isolate(&self.command);
        }
        self.command.stdout(create(&log)).stderr(create(&complaints));
        let child = Child::spawn(&mut self.command).unwrap_or_else(|error| panic!("act: {error}"));
        let status = child.wait_until(Deadline::after(self.patience));
        let [log, complaints] = [log, complaints]
            .map(|path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned());
        let status = status
            .unwrap_or_else(|| panic!("act did not end in {:?}\n{log}{complaints}", self.patience));
        Run::read(status.success(), &log, &complaints)
    }
}

/// The same command in a namespace whose network has nothing in it.
fn isolate(command: &Command) -> Command {
    let mut isolated = in_own('n');
    isolated.arg("--").arg(command.get_program()).args(command.get_args());
    isolated.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        isolated.current_dir(folder);
    }
    isolated
}
