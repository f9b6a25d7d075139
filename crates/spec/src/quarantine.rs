//! A test that is known not to pass, for a while and with someone who looks after it.

use std::path::Path;

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::Error;
use crate::date::{self, DateText};
use crate::error::{Complaint, quoted};
use crate::node::Node;

/// How many days ahead a quarantine may end: what is older than a quarter of a year is no quarantine, but forgotten.
const LONGEST: Days = Days::new(90);

/// How long an owner and a reason may be, in characters.
const LONGEST_TEXT: usize = 200;

/// A run that does not pass counts as a warning until a day is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantine {
    /// Who looks after it.
    pub owner: String,
    /// The last day on which it holds, in UTC.
    pub until: NaiveDate,
    /// Why, where that was said.
    pub reason: Option<String>,
    /// What is wrong with a quarantine that ends too far ahead.
    too_far: Error,
}

impl Quarantine {
    /// Whether it holds `today`.
    ///
    /// # Errors
    /// It ends more than 90 days ahead.
    pub fn holds(&self, today: NaiveDate) -> Result<bool, Error> {
        let last = today.checked_add_days(LONGEST).unwrap_or(NaiveDate::MAX);
        if self.until > last {
            let hint = Some(format!("the last day today is `{last}`"));
            return Err(Error { hint, ..self.too_far.clone() });
        }
        Ok(today <= self.until)
    }
}

/// Who looks after a test that does not pass, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Quarantine")]
pub(crate) struct QuarantineFile {
    /// Who looks after it, such as `"@name"`.
    owner: String,
    /// The last day on which it holds (UTC), at most 90 days ahead.
    #[schemars(with = "DateText")]
    until: String,
    /// Why.
    reason: Option<String>,
}

impl QuarantineFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node, file: &Path) -> Result<Quarantine, Complaint> {
        let until = date::parse(&self.until, node.at("until"))?;
        let far = format!("a quarantine until {} is longer than 90 days", quoted(&self.until));
        Ok(Quarantine {
            owner: label(&self.owner, node.at("owner"))?,
            until,
            reason: self.reason.as_ref().map(|it| label(it, node.at("reason"))).transpose()?,
            too_far: Complaint::new(node.at("until").place, far).in_file(file),
        })
    }
}

/// A text that a report shows on one line.
pub(crate) fn label(text: &str, node: &Node) -> Result<String, Complaint> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= LONGEST_TEXT;
    if fits && !text.contains(char::is_control) {
        return Ok(text.to_owned());
    }
    Err(Complaint::new(node.place, format!("{} cannot be shown on a line", quoted(text)))
        .hint(Some(format!("give 1 to {LONGEST_TEXT} characters"))))
}
