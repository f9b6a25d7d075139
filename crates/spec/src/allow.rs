//! Lines that look like a crash and are none, some of them only until a day.

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use verdict::Pattern;

use crate::date::{self, DateText};
use crate::error::Complaint;
use crate::node::Node;
use crate::patterns;
use crate::quarantine::label;
use crate::texts::unquoted;

/// A line that is not held against the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// What it looks like.
    pub pattern: Pattern,
    /// The last day on which it is allowed, in UTC; for ever unless given.
    pub until: Option<NaiveDate>,
    /// Why, where that was said.
    pub reason: Option<String>,
}

impl From<Pattern> for Allow {
    fn from(pattern: Pattern) -> Allow {
        Allow { pattern, until: None, reason: None }
    }
}

/// As it is written: one item, or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AllowsFile(Vec<AllowFile>);

impl AllowsFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node) -> Result<Vec<Allow>, Complaint> {
        let lower = |(index, item): (usize, &AllowFile)| item.lower(node.item(index));
        self.0.iter().enumerate().map(lower).collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Allow")]
struct AllowFile {
    /// What the line looks like.
    pattern: String,
    /// The last day on which it is allowed (UTC); for ever unless given.
    #[schemars(with = "Option<DateText>")]
    until: Option<String>,
    /// Why.
    reason: Option<String>,
}

impl AllowFile {
    fn lower(&self, node: &Node) -> Result<Allow, Complaint> {
        let until = self.until.as_ref();
        Ok(Allow {
            pattern: patterns::one(&self.pattern, node.at("pattern"))?,
            until: until.map(|text| date::parse(text, node.at("until"))).transpose()?,
            reason: self.reason.as_ref().map(|it| label(it, node.at("reason"))).transpose()?,
        })
    }
}

impl<'de> Deserialize<'de> for AllowsFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AllowsFile, D::Error> {
        deserializer.deserialize_any(AllowVisitor)
    }
}

/// Reads one item; a list of items has the same forms within it.
struct AllowVisitor;

impl<'de> Visitor<'de> for AllowVisitor {
    type Value = AllowsFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pattern, `{ pattern: …, until: … }`, or a list of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<AllowsFile, E> {
        Ok(AllowsFile(vec![AllowFile { pattern: text.into(), until: None, reason: None }]))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<AllowsFile, E> {
        Err(unquoted(number))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AllowsFile, A::Error> {
        AllowFile::deserialize(MapAccessDeserializer::new(map)).map(|item| AllowsFile(vec![item]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<AllowsFile, A::Error> {
        let lists = Vec::<AllowsFile>::deserialize(SeqAccessDeserializer::new(items))?;
        Ok(AllowsFile(lists.into_iter().flat_map(|list| list.0).collect()))
    }
}

impl JsonSchema for AllowsFile {
    fn schema_name() -> Cow<'static, str> {
        "Allows".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let item = json_schema!({
            "anyOf": [{ "type": "string", "minLength": 1 }, generator.subschema_for::<AllowFile>()]
        });
        json_schema!({
            "description": "One line that is allowed, or a list of them.",
            "anyOf": [item, { "type": "array", "items": item }]
        })
    }
}
