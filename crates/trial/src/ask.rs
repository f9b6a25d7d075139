//! What is asked inside a guest by another way than its console, and what is answered.

use std::time::Duration;

/// Something to run in the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The same number comes with its answer.
    pub id: u64,
    /// Lines for the guest's `sh`.
    pub script: String,
    /// How long it may take, the way there included.
    pub limit: Duration,
    /// The most that is taken of its output, in bytes; more is cut off.
    pub most: usize,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question's.
    pub id: u64,
    /// What was said, or why nothing was.
    pub result: Result<Said, Unreached>,
}

/// How a script ended. All of it comes from the guest, and is not to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Its exit status; 128 and above where a signal ended it.
    pub status: u8,
    /// What it wrote to its output.
    pub stdout: Vec<u8>,
    /// What it wrote to its error output.
    pub stderr: Vec<u8>,
    /// Whether there was more output than the question takes.
    pub is_cut: bool,
}

/// Why the guest did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// Nothing there takes us in yet, or it does not any more: it may be asked again.
    NotReady(String),
    /// It took us in, and the limit was over before the script ended, or the connection was lost meanwhile.
    Lost(String),
    /// Our own side cannot do it: no OpenSSH client, for example.
    Broken(String),
}
