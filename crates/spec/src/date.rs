//! Dates after which something no longer holds.

use std::borrow::Cow;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::error::{Complaint, quoted};
use crate::node::Node;

/// Reads `2026-12-31`, which stands at `node`.
pub(crate) fn parse(text: &str, node: &Node) -> Result<NaiveDate, Complaint> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").map_err(|_| {
        Complaint::new(node.place, format!("{} is not a date", quoted(text)))
            .hint(Some("write year, month and day, such as `2026-12-31`".into()))
    })
}

/// A date in a schema, for `#[schemars(with = "DateText")]`.
pub struct DateText;

impl JsonSchema for DateText {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A day, through which it holds (UTC).",
            "type": "string",
            "format": "date",
            "examples": ["2026-12-31"]
        })
    }
}
