//! The result of a test, attached to the image that it is about.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use evidence::{
    Configuration, Envelope, Facts, Outcome, SigningKey, Statement, Subject, TestResult, attach,
};
use fetch::Digest;
use gha::{Key, Runner};
use registry::{Access, Descriptor, Keychain, Reference, Repository, Version, usual_files};
use spec::{Machine, Spec};
use trial::{Problem, Report};
use verdict::Verdict;
use wire::{Http, Patience};

use crate::{Inputs, again};

const STATEMENT: &str = "test-result.intoto.json";
const ENVELOPE: &str = "test-result.dsse.json";

/// The key that signs what is said.
fn key(named: &str, runner: Option<&Runner>) -> Result<SigningKey, Problem> {
    let key = Key::read(named, runner)?;
    SigningKey::from_pem(&key.pem, key.password.as_deref())
}

/// What is known of an attestation before the test.
pub(crate) struct Attestation {
    repository: Repository,
    /// `registry/repository` of the image.
    image: String,
    subject: Descriptor,
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
        let (reference, digest) = pinned(subject)?;
        let key = inputs.signing_key.as_ref().map(|named| key(named, runner)).transpose()?;
        let keychain = Keychain::Files(usual_files());
        let http = Http::new(Patience::default(), 1);
        let repository = Repository::open(&reference, Access::Push, &keychain, http)?;
        let subject = repository.manifest(&Version::Digest(digest))?.descriptor();
        let told = match &inputs.spec {
            Some(path) => {
                let text = fs::read(path).map_err(Problem::path("read", path))?;
                (path.display().to_string(), Digest::of(&text))
            }
            None => (again(inputs), Digest::of(again(inputs).as_bytes())),
        };
        let image = reference.name();
        let (name, url) = (name(spec), runner.and_then(Runner::run_url));
        Ok(Some(Attestation { repository, image, subject, key, name, told, url }))
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
        let write = |name: &str, text: String| {
            let path = evidence.join(name);
            fs::write(&path, text + "\n").map_err(Problem::path("write", &path))
        };
        write(STATEMENT, statement.to_json())?;
        let envelope = match &self.key {
            Some(key) => Envelope::sign(&statement, key),
            None => Envelope::unsigned(&statement),
        };
        if self.key.is_some() {
            write(ENVELOPE, envelope.to_json())?;
        }
        let holder = attach(&self.repository, &self.subject, &envelope)?;
        let how = if self.key.is_some() { "signed" } else { "without a signature" };
        let image = format!("{}@{}", self.image, self.subject.digest);
        report.notes.push(format!("the result is attached to `{image}` {how}, as `{holder}`"));
        Ok(Some(holder))
    }

    fn statement(&self, report: &Report, outcome: Outcome) -> Statement {
        let facts = Facts {
            verdict: Some(report.verdict.as_str().into()),
            finished_on: Some(humantime::format_rfc3339_seconds(SystemTime::now()).to_string()),
            bootgate_version: Some(env!("CARGO_PKG_VERSION").into()),
        };
        let (told, digest) = &self.told;
        let configuration = Configuration::new(told, *digest, facts);
        let result = TestResult::of_one(&self.name, outcome, configuration, self.url.clone());
        Statement::of_test(Subject::new(&self.image, self.subject.digest), &result)
    }
}

/// An image that cannot become another one while the test runs.
fn pinned(image: &str) -> Result<(Reference, Digest), Problem> {
    let wrong = |why: &str| {
        Problem::user(format!("`{}` cannot be the subject: {why}", image.escape_debug()))
            .hint("give `registry/repository@sha256:…`, such as the digest that pushing it printed")
    };
    let reference: Reference = image.parse().map_err(|why| wrong(&format!("{why}")))?;
    let digest = reference.digest;
    let digest =
        digest.ok_or_else(|| wrong("a tag may be another image by the end of the test"))?;
    Ok((reference, digest))
}

/// By what policies ask for it: a command's architecture is not known.
fn name(spec: &Spec) -> String {
    match &spec.machine {
        Machine::Qemu(qemu) => format!("{}/{}", spec.name, qemu.arch),
        Machine::Command(_) | Machine::Group(_) => spec.name.clone(),
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
