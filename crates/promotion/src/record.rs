//! What a promotion did, as it is kept beside the image, and the way back.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use fetch::Digest;
use problem::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::plan::{Move, Note, Plan, Target};
use crate::reason::{Reason, Refusal, Refused};
use crate::waiver::Waiver;

/// The type of the predicate in the in-toto statement.
pub const PREDICATE_TYPE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/promotion/v0.1");

const STATEMENT: &str = "https://in-toto.io/Statement/v1";

/// What a promotion did: who, when, which tags, on what grounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Such as `@name`, the one who started the run.
    pub by: String,
    /// When the last tag was at its place.
    pub at: DateTime<Utc>,
    /// The page of the run, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// What moved, in the order in which it did.
    pub moves: Vec<Move>,
    /// The results on which it rested.
    #[serde(default)]
    pub evidence: Vec<Used>,
    /// What was done without.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
}

/// A result on which a promotion rested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Used {
    /// Its name.
    pub result: String,
    /// The evidence.
    pub digest: Digest,
    /// The manifest or index about which it is.
    pub about: Digest,
    /// Who vouched for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
}

impl Record {
    /// Of a plan that was carried out.
    pub fn of(plan: &Plan, by: &str, at: DateTime<Utc>, run: Option<String>) -> Record {
        Record {
            by: by.to_owned(),
            at,
            run,
            moves: plan.moves.clone(),
            evidence: plan.proof.clone(),
            waivers: plan.waived.iter().map(|waived| waived.waiver.clone()).collect(),
        }
    }

    /// As an in-toto statement about the images that moved.
    ///
    /// # Errors
    /// None in practice: its parts can all be written as JSON.
    pub fn to_statement(&self) -> Result<Value, Problem> {
        let predicate = serde_json::to_value(self).map_err(|error| {
            Problem::infrastructure(format!("cannot write the record: {error}"))
        })?;
        let subjects: BTreeMap<(&str, Digest), Value> = self
            .moves
            .iter()
            .map(|step| ((step.target.image.as_str(), step.to), subject(step)))
            .collect();
        Ok(json!({
            "_type": STATEMENT,
            "subject": subjects.into_values().collect::<Vec<_>>(),
            "predicateType": PREDICATE_TYPE,
            "predicate": predicate,
        }))
    }

    /// Reads such a statement.
    ///
    /// # Errors
    /// It is none, or says of other images that they moved than it is about.
    pub fn from_statement(text: &[u8]) -> Result<Record, Problem> {
        let wrong = |why: String| Problem::user(format!("the record of a promotion {why}"));
        let statement: Statement = serde_json::from_slice(text)
            .map_err(|error| wrong(format!("cannot be read: {error}")))?;
        if statement.kind != STATEMENT || statement.predicate_type != PREDICATE_TYPE {
            return Err(wrong("is a statement about something else".into()));
        }
        let record = statement.predicate;
        let is_subject = |step: &Move| statement.subject.contains(&subject(step));
        if record.moves.is_empty() || !record.moves.iter().all(is_subject) {
            return Err(wrong("is about other images than those that it says moved".into()));
        }
        Ok(record)
    }

    /// The way back: each tag to what it had, where `tags` are what they have now. Tags that were new stay, and those that
    /// were there already: a run was killed before it could record what they had. A tag that is back is `unchanged`, and
    /// says from where it came.
    ///
    /// # Errors
    /// A tag was moved since, or of none it is known what it had.
    pub fn rollback(&self, tags: &BTreeMap<Target, Digest>) -> Result<Plan, Refused> {
        let mut plan = Plan::default();
        let mut reasons = Vec::new();
        for step in &self.moves {
            let found = tags.get(&step.target).copied();
            let Some(to) = step.from.filter(|from| *from != step.to) else {
                plan.notes.push(Note::Stays(step.target.clone()));
                continue;
            };
            let back = Move { target: step.target.clone(), from: Some(step.to), to };
            if found == Some(to) {
                plan.unchanged.push(back);
            } else if found == Some(step.to) {
                plan.moves.push(back);
            } else {
                let (tag, recorded) = (step.target.clone(), step.to);
                let reason = Reason::NotAsRecorded { tag, recorded, found };
                reasons.push(Refusal { image: step.target.image.clone(), reason });
            }
        }
        if plan.moves.is_empty() && plan.unchanged.is_empty() && reasons.is_empty() {
            let image =
                self.moves.first().map(|step| step.target.image.clone()).unwrap_or_default();
            reasons.push(Refusal { image, reason: Reason::NothingBefore });
        }
        if reasons.is_empty() { Ok(plan) } else { Err(Refused { reasons }) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Value>,
    predicate_type: String,
    predicate: Record,
}

fn subject(step: &Move) -> Value {
    json!({ "name": step.target.image, "digest": { "sha256": step.to.hex() } })
}
