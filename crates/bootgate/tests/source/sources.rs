//! Where a source can come from.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use testkit::registry::Registry;
use testkit::web::{Fault, Web};

use crate::job::{Machine, tarball, toy};

#[test]
fn a_tarball_of_this_machine_is_built() {
    let (source, machine) = (toy(), Machine::new());
    let (file, sha256) = tarball(source.path(), machine.home());
    let job = machine.job(file.to_str().unwrap());
    job.run().ok();
    assert_eq!(job.output("cache-hit"), "false");
    let other = "0".repeat(64);
    let log = machine.job(file.to_str().unwrap()).input("sha256", &other).run().failed(2);
    assert!(log.contains(&sha256) && log.contains(&other), "{log}");
}

#[test]
fn a_commit_of_a_repository_is_built_and_no_other() {
    let (source, machine) = (toy(), Machine::new());
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(source.path()).args([
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@x.example",
        ]);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "-q"]);
    git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    git(&["add", "-A"]);
    git(&["commit", "-qm", "good"]);
    let good = git(&["rev-parse", "HEAD"]);
    fs::write(source.path().join("configure"), "#!/bin/sh\nexit 1\n").unwrap();
    git(&["commit", "-qam", "bad"]);
    let url = format!("git+file://{}", source.path().display());
    let job = machine.job(&format!("{url}@{good}"));
    job.run().ok();
    assert!(job.output("cache-key").contains(&good[..12]));
    let log = machine.job(&format!("{url}@{}", "0".repeat(40))).run().failed(3);
    assert!(log.contains("cannot fetch the source"), "{log}");
}

#[test]
fn an_address_is_fetched_by_its_checksum_alone_and_through_broken_lines() {
    let (source, machine, web) = (toy(), Machine::new(), Web::start());
    let (file, sha256) = tarball(source.path(), machine.home());
    web.put("/qemu-8.2.99.tar.xz", fs::read(&file).unwrap());
    let job = || machine.job(&web.url("/qemu-8.2.99.tar.xz"));
    let log = job().run().failed(2);
    assert!(log.contains("`sha256`"), "{log}");
    let other = job().input("sha256", &"0".repeat(64)).run().failed(2);
    assert!(other.contains(&sha256) && machine.builds().is_empty(), "{other}");
    web.fail(Fault::HangUp(100), 2);
    let good = job().input("sha256", &sha256);
    good.run().ok();
    assert!(web.asked().len() > 3 && good.output("cache-hit") == "false");
}

#[test]
fn a_release_is_fetched_from_the_mirror_and_must_be_of_its_version() {
    let (source, machine, web) = (toy(), Machine::new(), Web::start());
    let program = source.path().join("qemu-system.in");
    let text = fs::read_to_string(&program).unwrap();
    let says = "[ \"$1\" = --version ] && echo QEMU emulator version 8.2.99 && exit\n";
    fs::write(&program, text.replacen('\n', &format!("\n{says}"), 1)).unwrap();
    let (file, sha256) = tarball(source.path(), machine.home());
    for version in ["8.2.98", "8.2.99"] {
        web.put(&format!("/qemu-{version}.tar.xz"), fs::read(&file).unwrap());
    }
    let job = |version: &str| {
        let job = machine.job("").input("mirror", &web.url("/")).input("version", version);
        job.input("sha256", &sha256)
    };
    let good = job("8.2.99");
    good.run().ok();
    assert_eq!(
        (good.output("version").as_str(), good.output("cache-hit").as_str()),
        ("8.2.99", "false")
    );
    let log = job("8.2.98").run().failed(3);
    assert!(log.contains("8.2.99, and `8.2.98` is asked for"), "{log}");
}

#[test]
fn a_signature_must_be_good_and_by_the_key_that_was_named() {
    let (source, machine) = (toy(), Machine::new());
    let (file, _) = tarball(source.path(), machine.home());
    let file = file.to_str().unwrap();
    let (ours, theirs) = (Signer::new(), Signer::new());
    let signature = ours.sign(file);
    let job = |key: &Signer, signature: &str| {
        let key = key.public();
        machine.job(file).input("signing-key", key.to_str().unwrap()).input("signature", signature)
    };
    for (key, signature) in [(&theirs, &signature), (&ours, &theirs.sign(file))] {
        let log = job(key, signature).run().failed(3);
        assert!(log.contains("signature is not good"), "{log}");
    }
    let log = job(&ours, &signature).run().ok();
    assert!(log.contains("the signature is good"), "{log}");
}

/// Somebody with a key of their own.
struct Signer(tempfile::TempDir);

impl Signer {
    fn new() -> Signer {
        let signer = Signer(tempfile::tempdir().unwrap());
        signer.gpg(&[
            "--passphrase",
            "",
            "--quick-generate-key",
            "qemu@x.example",
            "ed25519",
            "sign",
        ]);
        signer
    }

    fn gpg(&self, arguments: &[&str]) -> Vec<u8> {
        let mut command = Command::new("gpg");
        command.args(["--batch", "--pinentry-mode", "loopback", "--homedir"]).arg(self.0.path());
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn public(&self) -> PathBuf {
        let path = self.0.path().join("public.asc");
        fs::write(&path, self.gpg(&["--armor", "--export"])).unwrap();
        path
    }

    fn sign(&self, file: &str) -> String {
        let path = self.0.path().join("signature").to_str().unwrap().to_owned();
        self.gpg(&["--yes", "--output", &path, "--detach-sign", file]);
        path
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        // The agent that it started; it ends itself when its folder is gone, but later.
        let _gone = Command::new("gpgconf")
            .arg("--homedir")
            .arg(self.0.path())
            .args(["--kill", "all"])
            .status();
    }
}

#[test]
fn a_build_that_was_pushed_is_the_source_of_another_job_and_of_no_build() {
    let (source, registry, first) = (toy(), Registry::start(), Machine::new());
    let repository = format!("{}/owner/qemu", registry.host());
    let job = first.job(source.path().to_str().unwrap()).input("push-to", &repository);
    job.run().ok();
    let artifact = job.output("artifact");
    assert!(artifact.starts_with(&format!("oci://{repository}@sha256:")), "{artifact}");
    let second = Machine::new();
    let other = second.job(&artifact);
    let log = other.run().ok();
    assert!(other.output("cache-hit") == "true" && !log.contains("compil"), "{log}");
    assert_eq!(other.output("digest"), job.output("digest"));
    // From a machine that has built it nothing is pushed again.
    let again = first.job(source.path().to_str().unwrap()).input("push-to", &repository);
    again.run().ok();
    assert_eq!(
        (again.output("cache-hit").as_str(), again.output("artifact").as_str()),
        ("true", "")
    );
    let wrong = format!("oci://{repository}@sha256:{}", "0".repeat(64));
    Machine::new().job(&wrong).run().failed(2);
}
