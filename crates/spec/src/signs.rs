//! What a guest has to print to pass.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use verdict::{Pattern, Signs};

use crate::error::Complaint;
use crate::node::Node;
use crate::patterns;
use crate::texts::{Texts, unquoted};

/// As it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SignsFile {
    AllOf(Texts),
    InOrder(Texts),
}

impl SignsFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node) -> Result<Signs, Complaint> {
        match self {
            SignsFile::AllOf(texts) => some(texts, node).map(Signs::AllOf),
            SignsFile::InOrder(texts) => some(texts, node.at("in-order")).map(Signs::InOrder),
        }
    }
}

fn some(texts: &Texts, node: &Node) -> Result<Vec<Pattern>, Complaint> {
    if texts.0.is_empty() {
        return Err(Complaint::new(node.place, "an empty `pass` proves nothing")
            .hint(Some("name what the guest prints when it has passed".into())));
    }
    patterns::many(texts, node)
}

impl<'de> Deserialize<'de> for SignsFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SignsFile, D::Error> {
        deserializer.deserialize_any(SignsVisitor)
    }
}

struct SignsVisitor;

impl<'de> Visitor<'de> for SignsVisitor {
    type Value = SignsFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pattern, a list of patterns or `in-order: [ … ]`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SignsFile, E> {
        Ok(SignsFile::AllOf(Texts(vec![text.into()])))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<SignsFile, E> {
        Err(unquoted(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<SignsFile, E> {
        Err(unquoted(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<SignsFile, E> {
        Err(unquoted(number))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<SignsFile, E> {
        Err(unquoted(truth))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<SignsFile, A::Error> {
        Texts::deserialize(SeqAccessDeserializer::new(items)).map(SignsFile::AllOf)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SignsFile, A::Error> {
        InOrder::deserialize(MapAccessDeserializer::new(map))
            .map(|signs| SignsFile::InOrder(signs.in_order))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct InOrder {
    /// Each of these, one after the other.
    in_order: Texts,
}

impl JsonSchema for SignsFile {
    fn schema_name() -> Cow<'static, str> {
        "Signs".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (any_order, in_order) =
            (generator.subschema_for::<Texts>(), generator.subschema_for::<InOrder>());
        json_schema!({ "description": "What the guest has to print.", "anyOf": [any_order, in_order] })
    }
}
