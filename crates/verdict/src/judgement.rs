//! What is said at the end.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use ktap::Case;

use crate::{Hit, Line, Source, Stage, StageTime};

/// What became of a guest: a closed set, the same in logs, JSON, summary and exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every sign was seen, and nothing bad before or after.
    Passed,
    /// A text that must not appear did, or a step failed.
    Failed,
    /// The guest crashed, by its own word or a panic device's.
    Crashed,
    /// Our clocks ran out.
    Hung,
    /// The machine ended and a sign never came.
    Incomplete,
    /// Not the guest's fault, and never green.
    Infrastructure,
}

impl Verdict {
    /// Its name, as in `verdict.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Crashed => "crashed",
            Verdict::Hung => "hung",
            Verdict::Incomplete => "incomplete",
            Verdict::Infrastructure => "infrastructure",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a run ended, as its caller saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// The machine or the console ended, for this reason.
    Ended(String),
    /// Every sign was seen and the drain time is over, or a finding decided.
    Decided,
    /// A clock ran out.
    Limit {
        /// `total`, `silence` or `step`.
        kind: &'static str,
        /// What was waited for, and how long.
        reason: String,
    },
    /// A step failed by the guest's own word.
    StepFailed {
        /// One line that is the same for the same fault.
        title: String,
        /// Why, in a sentence.
        reason: String,
    },
    /// The machine ended with a status that says failure, for this reason.
    ExitFailed(String),
    /// Something that is not the guest's fault.
    Infrastructure {
        /// `interrupted`, `machine`, `evidence` and so on.
        kind: &'static str,
        /// In words.
        reason: String,
    },
}

/// The verdict with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Judgement {
    /// What became of the guest.
    pub verdict: Verdict,
    /// What kind of fault, limit or ending decided; `signs` when it passed.
    pub kind: String,
    /// One line that is the same for the same fault.
    pub title: String,
    /// Why, in a sentence.
    pub reason: String,
    /// The last stage that was reached.
    pub stage: Option<Stage>,
    /// When each stage was reached.
    pub stages: Vec<StageTime>,
    /// How often the guest began to boot.
    pub boots: u32,
    /// The lines of console that prove it.
    pub lines: Vec<Line>,
    /// Where in its source the guest says that it failed.
    pub source: Option<Source>,
    /// What the catalogue said about the console, the first 200 of it, whether it decided or not.
    pub hits: Vec<Hit>,
    /// The tests whose results the guest printed as TAP or KTAP, at most 10,000.
    pub cases: Vec<Case>,
    /// How many more there were.
    pub cases_left_out: u64,
}
