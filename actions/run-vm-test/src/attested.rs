//! The result of a test, attached to the image that it is about.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use evidence::{Configuration, Facts, Outcome, Pinned, SigningKey, Statement, TestResult};
use fetch::Digest;
use gha::Runner;
use spec::Spec;
use trial::{Problem, Report};
use verdict::Verdict;

use crate::{Inputs, again};

/// What is known of an attestation before the test.
pub(crate) struct Attestation {
    image: Pinned,
    key: Option<SigningKey>,
    /// What the test is called.
    name: String,
    /// What the test is told to do: the spec, or the command line.
    told: (String, Digest),
    url: Option<String>,
}

impl Attestation {
    /// Looks whether the image is there and the key fits, so that nobody learns after the test that they do not.
    /// Nothing if nothing is to be attached.
    pub(crate) fn prepare(
        inputs: &Inputs,
        spec: &Spec,
        runner: Option<&Runner>,
    ) -> Result<Option<Attestation>, Problem> {
        let Some(subject) = &inputs.subject else { return Ok(None) };
        let named = inputs.signing_key.as_deref();
        let key = gha::signing_key(named, runner, SigningKey::from_pem)?;
        let image = Pinned::open(subject)?;
        let told = match &inputs.spec {
            Some(path) => {
                let text = fs::read(path).map_err(Problem::path("read", path))?;
                (path.display().to_string(), Digest::of(&text))
            }
            None => (again(inputs), Digest::of(again(inputs).as_bytes())),
        };
        let (name, url) = (spec.result(), runner.and_then(Runner::run_url));
        Ok(Some(Attestation { image, key, name, told, url }))
    }

    /// Leaves the result in the evidence folder and at the image, and gives the digest of what holds it there. Nothing if
    /// the run says nothing of the image. What there is to know becomes a note of the report.
    pub(crate) fn leave(
        &self,
        report: &mut Report,
        evidence: &Path,
    ) -> Result<Option<Digest>, Problem> {
        let Some(outcome) = outcome(report) else {
            report.notes.push("nothing is attached to the image: the test did not run".into());
            return Ok(None);
        };
        let statement = self.statement(report, outcome);
        let holder = self.image.leave(&statement, self.key.as_ref(), evidence)?;
        let how = if self.key.is_some() { "signed" } else { "without a signature" };
        let image = format!("{}@{}", self.image.image, self.image.digest());
        report.notes.push(format!("the result is attached to `{image}` {how}, as `{holder}`"));
        Ok(Some(holder))
    }

    fn statement(&self, report: &Report, outcome: Outcome) -> Statement {
        let facts = Facts {
            verdict: Some(report.verdict.as_str().into()),
            finished_on: Some(humantime::format_rfc3339_millis(SystemTime::now()).to_string()),
            bootgate_version: Some(env!("CARGO_PKG_VERSION").into()),
            ..Facts::default()
        };
        let (told, digest) = &self.told;
        let configuration = Configuration::new(told, *digest, facts);
        let result = TestResult::of_one(&self.name, outcome, configuration, self.url.clone());
        Statement::of_test(self.image.subject(), &result)
    }
}

/// What a verdict is in the predicate's words; a fault of the host is none of the image.
fn outcome(report: &Report) -> Option<Outcome> {
    match report.verdict {
        Verdict::Infrastructure => None,
        Verdict::Passed if report.flaky => Some(Outcome::Warned),
        Verdict::Passed => Some(Outcome::Passed),
        Verdict::Failed | Verdict::Crashed | Verdict::Hung | Verdict::Incomplete => {
            Some(Outcome::Failed)
        }
    }
}
