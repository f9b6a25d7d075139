//! A registry with an image, and cosign with keys.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use evidence::{
    Configuration, Envelope, Facts, Outcome, PublicKey, SigningKey, Statement, Subject,
    TEST_RESULT, TestResult,
};
use fetch::Digest;
use registry::{Access, Artifact, Credentials, Descriptor, Keychain, Reference, Repository};
use testkit::registry::Registry;
use wire::{Http, Patience};

pub(crate) const PASSWORD: &str = "a password";

pub(crate) struct World {
    registry: Registry,
    pub(crate) repository: Repository,
    /// An image that there may be evidence about.
    pub(crate) image: Descriptor,
}

impl World {
    pub(crate) fn start() -> World {
        let registry = Registry::start();
        let reference: Reference = format!("{}/some/image", registry.host()).parse().unwrap();
        let patience = Patience { tries: 3, first_wait: Duration::from_millis(5) };
        let keychain = Keychain::Given(Credentials::Anonymous);
        let http = Http::new(patience, 2);
        let repository = Repository::open(&reference, Access::Push, &keychain, http).unwrap();
        let image = push(&repository, "application/vnd.example.image");
        World { registry, repository, image }
    }

    /// Another image in the same repository.
    pub(crate) fn other_image(&self) -> Descriptor {
        push(&self.repository, "application/vnd.example.other")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.registry.path(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn named(&self, image: &Descriptor) -> String {
        format!("{}/some/image@{}", self.registry.host(), image.digest)
    }

    /// Runs cosign, which keeps what it has in the world's folder.
    pub(crate) fn cosign(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(testkit::act::tool("cosign"));
        command.args(arguments).current_dir(self.path("")).stdin(Stdio::null());
        command.env("HOME", self.path("")).env("COSIGN_PASSWORD", PASSWORD);
        command.output().unwrap()
    }

    pub(crate) fn must(&self, arguments: &[&str]) {
        let output = self.cosign(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cosign {arguments:?}: {said}");
    }

    /// Has cosign make a pair of keys.
    pub(crate) fn keys(&self, name: &str) -> (SigningKey, PublicKey) {
        self.must(&["generate-key-pair", &format!("--output-key-prefix={name}")]);
        let private = self.text(&format!("{name}.key"));
        let private = SigningKey::from_pem(&private, Some(PASSWORD)).unwrap();
        (private, PublicKey::from_pem(&self.text(&format!("{name}.pub"))).unwrap())
    }

    /// What cosign verifies about an image with a key; nothing where it refuses.
    pub(crate) fn verified(&self, image: &Descriptor, key: &str, more: &[&str]) -> Option<String> {
        let (key, kind) = (format!("--key={key}.pub"), format!("--type={TEST_RESULT}"));
        let image = self.named(image);
        let fixed = ["verify-attestation", &key, &kind, "--insecure-ignore-tlog=true", &image];
        let output = self.cosign(&[&fixed, more].concat());
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// Has cosign attest that `name` passed.
    pub(crate) fn attest(&self, image: &Descriptor, key: &str, name: &str, more: &[&str]) {
        let predicate = format!(
            "{{\"result\":\"PASSED\",\"configuration\":[{{\"uri\":\"x\"}}],\"passedTests\":[\"{name}\"]}}"
        );
        fs::write(self.path("predicate.json"), predicate).unwrap();
        let (key, kind) = (format!("--key={key}.key"), format!("--type={TEST_RESULT}"));
        let image = self.named(image);
        let fixed = ["attest", "--yes", "--predicate=predicate.json", &key, &kind, &image];
        self.must(&[&fixed, more].concat());
    }
}

fn push(to: &Repository, artifact_type: &str) -> Descriptor {
    let artifact =
        Artifact { artifact_type, files: &[], subject: None, annotations: BTreeMap::new() };
    registry::push_artifact(to, &artifact, None).unwrap().descriptor()
}

/// That a test passed or did not.
pub(crate) fn statement(about: Digest, name: &str, outcome: Outcome) -> Statement {
    let facts = Facts { verdict: Some("passed".into()), ..Facts::default() };
    let configuration = Configuration::new("boot.yaml", Digest::of(b"spec"), facts);
    let result = TestResult::of_one(name, outcome, configuration, None);
    Statement::of_test(Subject::new("some/image", about), &result)
}

pub(crate) fn signed(about: Digest, key: &SigningKey) -> Envelope {
    Envelope::sign(&statement(about, "boot/x86_64", Outcome::Passed), key)
}
