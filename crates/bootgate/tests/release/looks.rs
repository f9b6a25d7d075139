//! What is there, by crane's and cosign's word.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Attached, Outcome, TEST_RESULT};
use fetch::Digest;
use serde_json::Value;

use crate::world::World;

/// Whatever a channel or a version is called, and which image it has.
pub(crate) type Tags = BTreeMap<String, Digest>;

/// What is expected, as pairs.
pub(crate) fn tags(pairs: &[(&str, Digest)]) -> Tags {
    pairs.iter().map(|(tag, digest)| ((*tag).to_owned(), *digest)).collect()
}

impl World {
    /// All tags but those of builds and of what is attached.
    pub(crate) fn tags(&self) -> Tags {
        let mut tags = self.all_tags();
        tags.retain(|tag, _| !tag.starts_with("sha-"));
        tags
    }

    /// All tags but those of what is attached.
    pub(crate) fn all_tags(&self) -> Tags {
        let ran = self.run("crane", &["ls", &self.image()]);
        assert!(ran.code == Some(0) || ran.err.contains("NAME_UNKNOWN"), "{ran:?}");
        let named = ran.out.lines().filter(|tag| !tag.starts_with("sha256-"));
        named.map(|tag| (tag.to_owned(), self.digest(tag).unwrap())).collect()
    }

    /// What a tag has.
    pub(crate) fn digest(&self, tag: &str) -> Option<Digest> {
        let ran = self.run("crane", &["digest", &format!("{}:{tag}", self.image())]);
        assert!(ran.code == Some(0) || ran.err.contains("404"), "{tag}: {ran:?}");
        ran.out.trim().parse().ok()
    }

    /// What was built of a commit.
    pub(crate) fn built(&self, commit: &str) -> Digest {
        self.digest(&format!("sha-{commit}")).unwrap()
    }

    /// What cosign verifies of an image, of this type.
    pub(crate) fn verified(&self, of: Digest, kind: &str) -> Vec<evidence::Statement> {
        let image = format!("{}@{of}", self.image());
        let flags = ["verify-attestation", "--key=cosign.pub", "--insecure-ignore-tlog=true"];
        let ran = self.run("cosign", &[&flags[..], &["--type", kind, &image]].concat());
        let lines = ran.out.lines().filter(|_| ran.code == Some(0));
        lines
            .map(|line| Attached::of_file(line.as_bytes()).read_without_verifying(of).unwrap())
            .collect()
    }

    /// The results about an image, each with how often it is there.
    pub(crate) fn results(&self, of: Digest) -> BTreeMap<(&'static str, &'static str), usize> {
        let mut counts = BTreeMap::new();
        for statement in self.verified(of, TEST_RESULT) {
            let result = statement.test_result().unwrap().unwrap();
            for name in ["system/x86_64", "no-freeze", "release-managers"] {
                let said = match result.outcome_of(name) {
                    Some(Outcome::Passed) => "PASSED",
                    Some(Outcome::Failed) => "FAILED",
                    Some(Outcome::Warned) => "WARNED",
                    None => continue,
                };
                *counts.entry((name, said)).or_default() += 1;
            }
        }
        counts
    }

    /// The disks that are attached to an image. A run that was run again has attached the same once more.
    pub(crate) fn disks(&self, of: Digest) -> BTreeSet<Digest> {
        let manifest = |version: &str| -> Value {
            let text = self.must("crane", &["manifest", &format!("{}{version}", self.image())]);
            serde_json::from_str(&text).unwrap()
        };
        let list = manifest(&format!(":sha256-{}", of.hex()));
        let about = list["manifests"].as_array().unwrap().iter();
        let disks = about.filter(|it| it["artifactType"] == "application/vnd.bootgate.disk.v1");
        let disk = |it: &Value| {
            let disk = manifest(&format!("@{}", it["digest"].as_str().unwrap()));
            disk["layers"][0]["digest"].as_str().unwrap().parse().unwrap()
        };
        disks.map(disk).collect()
    }
}
