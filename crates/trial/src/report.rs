//! What a run leaves behind as a value: `verdict.json`, and what every door prints.

use std::time::Duration;

use schemars::JsonSchema;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};
use symbols::Frame;
use verdict::{Case, Hit, Judgement, Line, Source, Stage, StageTime, Verdict};

use crate::clocks::millis;
use crate::{Accelerator, Boot, MachineReport, Problem, Quarantined, Scaled, Try};

/// The form of `verdict.json`; a reader that does not know it must not guess.
pub const VERSION: u32 = 1;

/// One run and its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The form of this document.
    #[serde(deserialize_with = "known")]
    pub version: u32,
    /// The spec's name.
    pub name: String,
    /// What became of the guest.
    pub verdict: Verdict,
    /// What kind of fault, limit or ending decided; `signs` when it passed.
    pub kind: String,
    /// One line that is the same for the same fault.
    pub title: String,
    /// Why, in a sentence.
    pub reason: String,
    /// What to do about it, where we know.
    pub hint: Option<String>,
    /// The last stage that was reached.
    pub stage: Option<Stage>,
    /// When each stage was reached.
    pub stages: Vec<StageTime>,
    /// How often the guest began to boot, as far as its console or machine tells.
    pub boots: u32,
    /// The lines of console that prove it.
    pub lines: Vec<Line>,
    /// Where in its source the guest says that it failed.
    pub source: Option<Source>,
    /// The functions that the addresses in `lines` lie in, where the spec names symbols.
    pub frames: Vec<Frame>,
    /// What the crash catalogue said about the console, the first 200 of it, whether it decided or not.
    pub hits: Vec<Hit>,
    /// The tests whose results the guest printed as TAP or KTAP, at most 10,000.
    pub cases: Vec<Case>,
    /// How many more there were.
    pub cases_left_out: u64,
    /// The spec's steps, in order.
    pub steps: Vec<StepReport>,
    /// From the start of the machine to the verdict, in milliseconds.
    pub duration_ms: u64,
    /// From the start of the machine to the last sign, in milliseconds.
    pub time_to_sign_ms: Option<u64>,
    /// What ran the guest's instructions.
    pub accel_used: Option<Accelerator>,
    /// Whether some tries passed and others did not.
    pub flaky: bool,
    /// Which try this is, counted from 1: of several the one that decided.
    pub attempt: u32,
    /// How often the test had to pass.
    pub repeat: u32,
    /// How often it might have been tried again.
    pub retries: u32,
    /// What became of each try, in order.
    pub tries: Vec<Try>,
    /// What became of each machine, where there are several. The rest of this document is about the one that decided.
    pub machines: Vec<MachineReport>,
    /// Who looks after this test, where that is why it does not count that it did not pass.
    pub quarantine: Option<Quarantined>,
    /// Limits that were made longer because QEMU translates.
    pub scaled_limits: Vec<Scaled>,
    /// What a reader should know, such as why KVM was not used.
    pub notes: Vec<String>,
    /// The machine's own command.
    pub command: Vec<String>,
    /// Files in the evidence folder that the machine wrote about a guest that did not pass: what it was doing, and its
    /// screen.
    pub autopsy: Vec<String>,
    /// How the guest's boot went, by systemd's word, where a step asked.
    pub boot: Option<Boot>,
    /// Files of the guest's in the evidence folder, which the spec asked for.
    pub collected: Vec<String>,
    /// Bytes of console that the recording does not hold, because there were too many. All were judged.
    pub console_left_out: u64,
    /// How many lines ended in those bytes.
    pub console_lines_left_out: u64,
}

/// A version, where it is the one that we know: the document may come from another machine.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        VERSION => Ok(VERSION),
        other => Err(D::Error::invalid_value(
            Unexpected::Unsigned(other.into()),
            &"the version that is known",
        )),
    }
}

/// How one step went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepReport {
    /// What it was to do.
    pub what: String,
    /// Milliseconds since the start of the machine; nothing when it was not reached.
    pub began_ms: Option<u64>,
    /// Milliseconds since the start of the machine; nothing when it did not end well.
    pub ended_ms: Option<u64>,
    /// What the guest answered, or said to its failure: at most 40 lines without control characters.
    pub found: Option<String>,
}

impl Report {
    /// The report of a run that never got as far as a guest.
    pub(crate) fn unstarted(name: &str, problem: &Problem) -> Report {
        let judgement = Judgement {
            verdict: Verdict::Infrastructure,
            kind: "machine".into(),
            title: problem.message.clone(),
            reason: problem.message.clone(),
            stage: None,
            stages: Vec::new(),
            boots: 0,
            lines: Vec::new(),
            source: None,
            hits: Vec::new(),
            cases: Vec::new(),
            cases_left_out: 0,
        };
        Report { hint: problem.hint.clone(), ..Report::new(name, judgement, Duration::ZERO) }
    }

    pub(crate) fn new(name: &str, judgement: Judgement, duration: Duration) -> Report {
        Report {
            version: VERSION,
            name: name.into(),
            verdict: judgement.verdict,
            kind: judgement.kind,
            title: judgement.title,
            reason: judgement.reason,
            hint: None,
            stage: judgement.stage,
            stages: judgement.stages,
            boots: judgement.boots,
            lines: judgement.lines,
            source: judgement.source,
            frames: Vec::new(),
            hits: judgement.hits,
            cases: judgement.cases,
            cases_left_out: judgement.cases_left_out,
            steps: Vec::new(),
            duration_ms: millis(duration),
            time_to_sign_ms: None,
            accel_used: None,
            flaky: false,
            attempt: 1,
            repeat: 1,
            retries: 0,
            tries: Vec::new(),
            machines: Vec::new(),
            quarantine: None,
            scaled_limits: Vec::new(),
            notes: Vec::new(),
            command: Vec::new(),
            autopsy: Vec::new(),
            boot: None,
            collected: Vec::new(),
            console_left_out: 0,
            console_lines_left_out: 0,
        }
    }

    /// The exit code of a program that says this: 0 passed or quarantined, 1 the guest's fault, 3 infrastructure.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Infrastructure => 3,
            Verdict::Passed => 0,
            _ if self.quarantine.is_some() => 0,
            Verdict::Failed | Verdict::Crashed | Verdict::Hung | Verdict::Incomplete => 1,
        }
    }

    /// What the guest said to the step that was not done.
    pub fn last_answer(&self) -> Option<&str> {
        self.steps.iter().find(|step| step.ended_ms.is_none())?.found.as_deref()
    }

    /// The JSON schema of `verdict.json`.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Report).to_value()
    }
}
