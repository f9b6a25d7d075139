//! in-toto's predicate for results of tests, with what we know beside.
//!
//! The predicate has no field for a verdict, a time or the program that judged. Those are annotations of the first
//! configuration, where its schema allows any; a reader that does not know them loses nothing but them.

use std::collections::BTreeMap;

use fetch::Digest;
use serde::{Deserialize, Serialize};

/// The predicate's type.
pub const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// What came of a run of tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// Of all of them.
    pub result: Outcome,
    /// What they were told to do.
    pub configuration: Vec<Configuration>,
    /// The page of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The names of those that passed.
    #[serde(default)]
    pub passed_tests: Vec<String>,
    /// The names of those that passed, and not without a doubt.
    #[serde(default)]
    pub warned_tests: Vec<String>,
    /// The names of those that did not pass.
    #[serde(default)]
    pub failed_tests: Vec<String>,
}

/// In the predicate's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Outcome {
    /// All is well.
    Passed,
    /// It passed, but not without a doubt.
    Warned,
    /// It did not pass.
    Failed,
}

/// What a run was told to do: a file, or a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// The file's path.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    digest: BTreeMap<String, String>,
    /// What we know beside.
    #[serde(default)]
    pub annotations: Facts,
}

/// What the predicate has no field for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// Our verdict, such as `crashed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// On what it rests, in one line, such as who approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// When the run ended, as `2026-01-31T12:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_on: Option<String>,
    /// The version of bootgate that judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootgate_version: Option<String>,
}

impl Configuration {
    /// A file, or whatever else has these bytes.
    pub fn new(name: impl Into<String>, digest: Digest, annotations: Facts) -> Configuration {
        let digest = [("sha256".into(), digest.hex())].into();
        Configuration { name: name.into(), digest, annotations }
    }
}

impl TestResult {
    /// Of one test.
    pub fn of_one(
        name: impl Into<String>,
        result: Outcome,
        configuration: Configuration,
        url: Option<String>,
    ) -> TestResult {
        let (name, mut lists) = (name.into(), [vec![], vec![], vec![]]);
        lists[result as usize].push(name);
        let [passed_tests, warned_tests, failed_tests] = lists;
        let configuration = vec![configuration];
        TestResult { result, configuration, url, passed_tests, warned_tests, failed_tests }
    }

    /// What came of the test of this name, the worst where it is named twice.
    pub fn outcome_of(&self, name: &str) -> Option<Outcome> {
        let lists = [
            (&self.failed_tests, Outcome::Failed),
            (&self.warned_tests, Outcome::Warned),
            (&self.passed_tests, Outcome::Passed),
        ];
        let named = |list: &&(&Vec<String>, Outcome)| list.0.iter().any(|one| one == name);
        lists.iter().find(named).map(|(_, outcome)| *outcome)
    }

    /// What we know beside, where it is one of ours.
    pub fn facts(&self) -> Option<&Facts> {
        self.configuration.first().map(|configuration| &configuration.annotations)
    }
}
