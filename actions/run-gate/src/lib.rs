//! The recipe of `run-gate`: find the gate in the policy, ask it about a digest, attach what it said, report.

mod approval;
mod command;
mod files;
mod gate;
mod inputs;
mod log;
mod outcome;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use evidence::{Configuration, Facts, Pinned, SigningKey, Statement, TestResult};
use fetch::Digest;
use gha::{Interruption, Note, Runner};
use problem::{Problem, given_text};
use promotion::Policy;
use registry::Reference;

use crate::gate::{Answer, Question};
use crate::outcome::Outcome;

pub use inputs::{Inputs, OUTPUTS};

/// Runs the action as a program, on a runner or on a terminal: prints what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    let runner = Runner::from_env();
    let asked = Interruption::listen().and_then(|interruption| {
        let outcome = Asking { inputs, runner: runner.as_ref(), interruption }.run()?;
        outcome.report(inputs.json, runner.as_ref())
    });
    gha::exit_code(asked, runner.as_ref(), None)
}

struct Asking<'a> {
    inputs: &'a Inputs,
    runner: Option<&'a Runner>,
    interruption: Interruption,
}

impl Asking<'_> {
    fn run(&self) -> Result<Outcome, Problem> {
        self.check_merged()?;
        let Inputs { gate: name, policy: path, .. } = self.inputs;
        let text = given_text(path)?;
        let policy = Policy::parse(&text, path)?;
        let (channel, gate) = policy.gate(name)?;
        let named = self.inputs.signing_key.as_deref();
        let key = gha::signing_key(named, self.runner, SigningKey::from_pem)?;
        if key.is_none() && !channel.signed_by.is_empty() {
            let unsigned = format!(
                "nobody signs what the gate `{name}` says, and the channel `{}` needs that: give `signing-key`",
                channel.name
            );
            self.say(Note::Warning(&unsigned));
        }
        let image = Pinned::open(&self.inputs.image)?;
        check_image(&policy, &image)?;
        let evidence = files::fresh(&self.inputs.evidence_path.join(name))?;
        self.say(Note::Step(&format!("asking the gate {name} about {}", image.digest())));
        let question = Question {
            gate: name,
            image: &image,
            folder: folder(path),
            evidence: &evidence,
            runner: self.runner,
            token: self.inputs.token.as_deref(),
            interruption: &self.interruption,
        };
        let answer = gate::of(&gate.kind).ask(&question)?;
        let told = (path.display().to_string(), Digest::of(text.as_bytes()));
        let statement = self.statement(&question, &answer, told)?;
        let holder = image.leave(&statement, key.as_ref(), &evidence)?;
        let evidence: PathBuf = self.inputs.evidence_path.join(name);
        Ok(Outcome {
            gate: name.clone(),
            image,
            answer,
            holder,
            evidence,
            is_signed: key.is_some(),
        })
    }

    /// A change that nobody has merged does not ask gates: their scripts in its checkout may be its own.
    fn check_merged(&self) -> Result<(), Problem> {
        let Some(event) = self.runner.map(Runner::unmerged).transpose()?.flatten() else {
            return Ok(());
        };
        // A registry on the machine itself goes with the job.
        if self.inputs.image.parse().is_ok_and(|image: Reference| image.is_here()) {
            return Ok(());
        }
        let why = format!("this run is for a change that is not merged: its event is `{event}`");
        Err(Problem::user(why)
            .hint("ask in the run of the push that follows the merge, by the policy of the default branch"))
    }

    /// What the gate said, by what policy, and the files that it left.
    fn statement(
        &self,
        question: &Question<'_>,
        answer: &Answer,
        (policy, digest): (String, Digest),
    ) -> Result<Statement, Problem> {
        let (outcome, verdict) = if answer.is_yes {
            (evidence::Outcome::Passed, "passed")
        } else {
            (evidence::Outcome::Failed, "failed")
        };
        let facts = Facts {
            verdict: Some(verdict.into()),
            because: Some(answer.because.clone()),
            // A yes may come in the same second as the no that it takes back.
            finished_on: Some(humantime::format_rfc3339_millis(SystemTime::now()).to_string()),
            bootgate_version: Some(env!("CARGO_PKG_VERSION").into()),
        };
        let configuration = Configuration::new(policy, digest, facts);
        let url = self.runner.and_then(Runner::run_url);
        let mut result = TestResult::of_one(question.gate, outcome, configuration, url);
        result.configuration.extend(files::digested(question.evidence)?);
        Ok(Statement::of_test(question.image.subject(), &result))
    }

    fn say(&self, note: Note<'_>) {
        note.print(self.runner.is_some());
    }
}

fn folder(policy: &Path) -> &Path {
    policy.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn check_image(policy: &Policy, image: &Pinned) -> Result<(), Problem> {
    if policy.images.contains(&image.image) {
        return Ok(());
    }
    Err(Problem::user(format!("the policy says nothing of `{}`", image.image))
        .hint(format!("it is for `{}`", policy.images.join("`, `"))))
}
