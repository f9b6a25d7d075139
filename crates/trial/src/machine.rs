//! What a trial asks of whatever runs the guest.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Problem, Question, Signals};

/// Something that can run a guest once and lets its console be read and typed on.
pub trait Machine {
    /// Starts the guest. From now on all it does is reported through `signals`, the last of them [`crate::Signal::Ended`].
    ///
    /// # Errors
    /// The user's mistake (a missing kernel) or the host's (no QEMU), with the next step.
    fn start(&mut self, signals: Signals) -> Result<Started, Problem>;

    /// Types `bytes` on the guest's console.
    ///
    /// # Errors
    /// The console is gone because the machine ended.
    fn send(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Has `question` asked inside the guest, and returns at once. Its [`crate::Answer`] comes through the signals, exactly
    /// one, and at the latest when its limit is over.
    ///
    /// # Errors
    /// There is no way into this guest but its console.
    fn ask(&mut self, _question: Question) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Writes into `folder` what the machine can say about a guest that crashed or hung, and names the files.
    fn autopsy(&mut self, _folder: &Path) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Writes a picture of the guest's screen into `folder`, and names the file. The guest goes on as it was.
    fn screenshot(&mut self, _folder: &Path) -> Option<PathBuf> {
        None
    }

    /// Opens ways for people to get at the guest, which is kept as it is, and names them, a line each.
    ///
    /// # Errors
    /// Why it cannot be kept.
    fn hold(&mut self) -> Result<Vec<String>, String> {
        Err("only a guest in a QEMU of ours can be".into())
    }

    /// Ends the machine; when it returns nothing of it is left. Calling it twice is harmless.
    fn stop(&mut self, how: Stop);
}

/// How a machine is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The guest is asked to power down and given this long; then as [`Stop::Now`].
    Powerdown(Duration),
    /// At once.
    Now,
}

/// What a machine says of itself once it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// What runs the guest's instructions, where that can be told.
    pub accelerator: Option<Accelerator>,
    /// The program and arguments that start the same guest again without bootgate.
    pub command: Vec<String>,
    /// What a reader of the report should know, such as why KVM was not used.
    pub notes: Vec<String>,
}

/// What runs the guest's instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Accelerator {
    /// The host's processor.
    Kvm,
    /// QEMU's translator.
    Tcg,
}

impl Accelerator {
    /// Its name, as in `verdict.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Accelerator::Kvm => "kvm",
            Accelerator::Tcg => "tcg",
        }
    }
}

/// How a machine ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// In words: "the guest powered off", "QEMU was killed by signal 11".
    pub reason: String,
    /// Whether the guest chose to end, rather than the machine failing under it.
    pub by_guest: bool,
    /// Whether it ended with a status that says failure: such a run has not passed, whatever was seen before.
    pub failed: bool,
}
