//! The result at the image that it is about: what is there afterwards is cosign's word.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use fetch::Digest;
use registry::{Access, Artifact, Credentials, Keychain, Reference, Repository};
use testkit::registry::Registry;
use testkit::runner::{World, oracle};
use wire::{Http, Patience};

const TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";
const PASSWORD: &str = "pass-word-of-the-key";

/// A registry with an image, and cosign's keys beside it.
struct Shop {
    registry: Registry,
    digest: Digest,
}

impl Shop {
    fn open() -> Shop {
        let registry = Registry::start();
        let reference: Reference = format!("{}/some/image", registry.host()).parse().unwrap();
        let anyone = Keychain::Given(Credentials::Anonymous);
        let http = Http::new(Patience::default(), 1);
        let repository = Repository::open(&reference, Access::Push, &anyone, http).unwrap();
        let image = Artifact {
            artifact_type: "application/x",
            files: &[],
            subject: None,
            annotations: BTreeMap::new(),
        };
        let digest = registry::push_artifact(&repository, &image, None).unwrap().digest;
        Shop { registry, digest }
    }

    fn image(&self) -> String {
        format!("{}/some/image@{}", self.registry.host(), self.digest)
    }

    fn cosign(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(testkit::act::tool("cosign"));
        command.args(arguments).current_dir(self.registry.path("")).stdin(Stdio::null());
        command.env("HOME", self.registry.path("")).env("COSIGN_PASSWORD", PASSWORD);
        command.output().unwrap()
    }

    /// The text of a new key of cosign's.
    fn key(&self) -> String {
        assert!(self.cosign(&["generate-key-pair"]).status.success());
        fs::read_to_string(self.registry.path("cosign.key")).unwrap()
    }

    /// The predicate that cosign verifies.
    fn verified(&self) -> serde_json::Value {
        let kind = format!("--type={TYPE}");
        let image = self.image();
        let flags = ["--key=cosign.pub", &kind, "--insecure-ignore-tlog=true", &image];
        let output = self.cosign(&[&["verify-attestation"], &flags[..]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let envelope = evidence::Attached::of_file(&output.stdout);
        let statement = envelope.read_without_verifying(self.digest).unwrap();
        statement.predicate
    }
}

/// A test of a real guest, as a user writes it, whose QEMU leaves its environment in `environment`.
fn guest(world: &World, mode: &str) {
    let guest = testkit::guest("x86_64");
    let (kernel, initrd) = (guest.kernel.display(), guest.initrd.display());
    let spec = format!(
        "name: boot\nmachine: {{ qemu: {{ arch: x86_64, accel: tcg, kernel: {kernel}, initrd: {initrd}, \
         append: \"console=ttyS0 panic=-1 {mode}\" }} }}\npass: ^ALL TESTS PASSED$\n"
    );
    fs::write(world.workspace().join("boot.yaml"), spec).unwrap();
    let qemu = which("qemu-system-x86_64");
    let seen = world.workspace().join("environment");
    let script = format!("#!/bin/sh\nenv >>{}\nexec {qemu} \"$@\"\n", seen.display());
    let program = world.workspace().join("qemu-system-x86_64");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
}

fn which(program: &str) -> String {
    let folders = std::env::var("PATH").unwrap();
    let path = folders.split(':').map(|folder| Path::new(folder).join(program));
    path.into_iter().find(|path| path.is_file()).unwrap().display().to_string()
}

fn run(world: &World) -> Output {
    let path = format!("{}:{}", world.workspace().display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_run-vm-test"));
    command.env_clear().envs(world.vars()).env("PATH", path).current_dir(world.workspace());
    command.output().unwrap()
}

fn signed(shop: &Shop, world: World) -> World {
    let world = world.set("COSIGN_PASSWORD", PASSWORD).input("subject", &shop.image());
    world.input("signing-key", &shop.key())
}

#[test]
fn what_a_guest_came_to_is_signed_and_at_its_image() {
    for (mode, code, verdict, result, list) in [
        ("", 0, "passed", "PASSED", "passedTests"),
        ("bootgate.mode=panic", 1, "crashed", "FAILED", "failedTests"),
    ] {
        let shop = Shop::open();
        let world = signed(&shop, World::new().input("spec", "boot.yaml"));
        guest(&world, mode);
        let output = run(&world);
        let log = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(code), "{log}");
        let said = shop.verified();
        assert_eq!((&said["result"], &said[list][0]), (&result.into(), &"boot/x86_64".into()));
        assert_eq!(said["configuration"][0]["annotations"]["verdict"], verdict);
        assert_eq!(said["url"], "https://github.com/octo/guest/actions/runs/7");
        assert!(world.outputs()["attestation-digest"].starts_with("sha256:"));
        let left = |name: &str| world.workspace().join("bootgate-evidence").join(name);
        assert!(left("test-result.intoto.json").is_file());
        assert!(left("test-result.dsse.json").is_file());
        assert!(world.summary().unwrap().contains("is attached to"));
        let environment = fs::read_to_string(world.workspace().join("environment")).unwrap();
        assert!(environment.contains("PATH=") && !environment.contains("COSIGN_"), "{environment}");
        assert!(!environment.contains("INPUT_"), "{environment}");
        let mut lines = log.lines().filter(|line| !line.starts_with("::add-mask::"));
        assert!(!lines.any(|line| line.contains(PASSWORD) || line.contains("BEGIN")), "{log}");
        assert!(oracle::commands(&output.stdout).iter().any(|one| one.data == PASSWORD), "{log}");
    }
}

#[test]
fn a_command_sees_no_key_and_its_result_needs_none() {
    let shop = Shop::open();
    let world = World::new()
        .input("command", "env | grep COSIGN_ || echo all is well")
        .input("pass", "^all is well$")
        .input("subject", &shop.image())
        .set("COSIGN_PRIVATE_KEY", "secret");
    let output = run(&world);
    let log = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert!(log.contains("without a signature"), "{log}");
    let file = fs::read(world.workspace().join("bootgate-evidence/test-result.intoto.json"));
    let file = evidence::Attached::of_file(&file.unwrap());
    let result = file.read_without_verifying(shop.digest).unwrap().test_result().unwrap().unwrap();
    assert_eq!(result.outcome_of("command"), Some(evidence::Outcome::Passed));
}

#[test]
fn what_cannot_work_is_said_before_the_guest_starts() {
    let shop = Shop::open();
    let other = shop.image().replace(&shop.digest.hex()[..8], "00000000");
    let tag = format!("{}/some/image:tag", shop.registry.host());
    for (subject, key, why) in [
        (tag, "", "a tag may be another image"),
        (other, "", "is not there"),
        (shop.image(), "env://OTHER", "could be seen by the machine"),
        (shop.image(), "env://COSIGN_MISSING", "holds no key"),
        (shop.image(), "missing.key", "cannot read `missing.key`"),
        (shop.image(), "-----BEGIN PRIVATE KEY-----", "it is no PEM"),
    ] {
        let world = World::new().input("command", "touch started").input("pass", "x");
        let world = world.input("subject", &subject).input("signing-key", key);
        let output = run(&world);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(why), "{subject} {key}: {said}");
        assert_ne!(output.status.code(), Some(0));
        assert!(!world.workspace().join("started").exists(), "{why}");
    }
}

#[test]
fn a_registry_that_goes_away_does_not_hide_the_verdict() {
    for (ending, code, verdict) in [("echo fine", 3, "passed"), ("false", 1, "failed")] {
        let shop = Shop::open();
        // Nothing can be written any more when the test is over.
        let blobs = shop.registry.path("registry");
        let stop = format!("rm -r {0}; touch {0}; {ending}", blobs.display());
        let world = World::new().input("command", &stop).input("pass", "^fine$");
        let output = run(&world.input("subject", &shop.image()));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("the result is not attached to the image"), "{said}");
        assert!(String::from_utf8_lossy(&output.stdout).contains(verdict));
    }
}
