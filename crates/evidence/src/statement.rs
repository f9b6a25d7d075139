//! An in-toto statement: what is said, and of which bytes.

use std::collections::BTreeMap;

use fetch::Digest;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::rejected::{Rejected, shown};
use crate::test_result::{TEST_RESULT, TestResult};

const STATEMENT: &str = "https://in-toto.io/Statement/v1";

/// What cosign still writes.
const OLDER: &str = "https://in-toto.io/Statement/v0.1";

/// What somebody says of some bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    #[serde(rename = "_type")]
    version: String,
    /// What it is about.
    #[serde(rename = "subject")]
    pub subjects: Vec<Subject>,
    /// What kind of thing is said, as a URI.
    pub predicate_type: String,
    /// What is said.
    #[serde(default)]
    pub predicate: Value,
}

/// Some bytes by their digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// What they are called, such as `ghcr.io/owner/image`.
    #[serde(default)]
    pub name: String,
    digest: BTreeMap<String, String>,
}

impl Subject {
    /// Bytes that are called `name`.
    pub fn new(name: impl Into<String>, digest: Digest) -> Subject {
        Subject { name: name.into(), digest: [("sha256".into(), digest.hex())].into() }
    }

    /// Their SHA-256, where it is known.
    pub fn digest(&self) -> Option<Digest> {
        self.digest.get("sha256")?.parse().ok()
    }
}

impl Statement {
    /// What is said of `subject`; the type is a URI.
    pub fn new(subject: Subject, predicate_type: &str, predicate: Value) -> Statement {
        Statement {
            version: STATEMENT.into(),
            subjects: vec![subject],
            predicate_type: predicate_type.into(),
            predicate,
        }
    }

    /// That a test of `subject` came to this.
    pub fn of_test(subject: Subject, result: &TestResult) -> Statement {
        Statement::new(subject, TEST_RESULT, serde_json::json!(result))
    }

    /// As JSON in one line.
    pub fn to_json(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// Whether it says something of these bytes.
    pub fn is_about(&self, digest: Digest) -> bool {
        self.subjects.iter().any(|subject| subject.digest() == Some(digest))
    }

    /// What came of a test; nothing where it says something else.
    ///
    /// # Errors
    /// It claims to be the result of a test, and cannot be read as one.
    pub fn test_result(&self) -> Result<Option<TestResult>, Rejected> {
        if self.predicate_type != TEST_RESULT {
            return Ok(None);
        }
        TestResult::deserialize(&self.predicate).map(Some).map_err(Rejected::malformed)
    }

    /// Reads a statement about these bytes.
    ///
    /// # Errors
    /// It is none, or about something else.
    pub fn parse(bytes: &[u8], about: Digest) -> Result<Statement, Rejected> {
        let statement: Statement = serde_json::from_slice(bytes).map_err(Rejected::malformed)?;
        match statement.version.as_str() {
            STATEMENT | OLDER if statement.is_about(about) => Ok(statement),
            STATEMENT | OLDER => Err(Rejected::OtherDigest),
            other => Err(Rejected::NotAStatement(format!("it is `{}`", shown(other)))),
        }
    }
}
