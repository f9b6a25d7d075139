//! What came of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ::pipeline::Status;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// How something ended, in GitHub's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Ending {
    Success,
    Failure,
    Cancelled,
    Skipped,
}

impl Ending {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Ending::Success => "success",
            Ending::Failure => "failure",
            Ending::Cancelled => "cancelled",
            Ending::Skipped => "skipped",
        }
    }
}

/// How a job stands is how it ends, once no step is left.
impl From<Status> for Ending {
    fn from(status: Status) -> Ending {
        match status {
            Status::Success => Ending::Success,
            Status::Failure => Ending::Failure,
            Status::Cancelled => Ending::Cancelled,
        }
    }
}

/// A run of all jobs.
pub(crate) struct Outcome {
    pub(crate) notes: BTreeSet<String>,
    pub(crate) jobs: Vec<JobOutcome>,
}

/// A job with one combination.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct JobOutcome {
    pub(crate) name: String,
    pub(crate) matrix: Map<String, Value>,
    pub(crate) result: Ending,
    /// Why it was not run.
    pub(crate) why: Option<String>,
    pub(crate) may_fail: bool,
    pub(crate) steps: Vec<StepOutcome>,
    #[serde(skip)]
    pub(crate) summary: String,
}

/// A step.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct StepOutcome {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    /// What it came to.
    pub(crate) outcome: Ending,
    /// The same, but for a step that may fail.
    pub(crate) conclusion: Ending,
    pub(crate) exit_code: u8,
    /// Whether it is of a kind that is not run here.
    pub(crate) left_out: bool,
    /// Why it was left out, or failed without an exit code.
    pub(crate) why: Option<String>,
    pub(crate) outputs: BTreeMap<String, String>,
}

impl JobOutcome {
    pub(crate) fn counts_as_failed(&self) -> bool {
        self.result != Ending::Success && self.result != Ending::Skipped && !self.may_fail
    }

    /// A success of which something is missing is shown as such.
    fn left_out(&self) -> Option<String> {
        let left_out = self.steps.iter().filter(|step| step.left_out).count();
        (left_out > 0).then(|| format!(" (without {left_out} of {} steps)", self.steps.len()))
    }

    fn failed(&self) -> Option<&StepOutcome> {
        self.steps.iter().find(|step| step.conclusion == Ending::Failure)
    }
}

impl Outcome {
    /// That of the first step that failed; an interruption says nothing of any.
    pub(crate) fn exit_code(&self) -> u8 {
        if self.jobs.iter().any(|job| job.result == Ending::Cancelled) {
            return 3;
        }
        let failed = self.jobs.iter().find(|job| job.counts_as_failed());
        failed.map_or(0, |job| job.failed().map_or(1, |step| step.exit_code.max(1)))
    }

    /// All of it, with the exit code.
    pub(crate) fn json(&self) -> String {
        let Outcome { notes, jobs } = self;
        format!("{:#}\n", json!({ "exit-code": self.exit_code(), "notes": notes, "jobs": jobs }))
    }

    /// What steps wrote for people, job by job.
    pub(crate) fn summary(&self) -> String {
        self.jobs.iter().map(|job| job.summary.as_str()).collect()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for job in &self.jobs {
            let step = job
                .failed()
                .map(|step| format!(" (`{}`, exit code {})", step.name, step.exit_code));
            let why = job.why.as_ref().map(|why| format!(" ({why})"));
            let why = step.or(why).or(job.left_out()).unwrap_or_default();
            writeln!(f, "{} {}{why}", job.result.as_str(), job.name)?;
        }
        Ok(())
    }
}
