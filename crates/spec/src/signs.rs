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
    AnyOf(Texts),
}

impl SignsFile {
    /// The checked form of what stands at `node`.
    pub(crate) fn lower(&self, node: &Node) -> Result<Signs, Complaint> {
        match self {
            SignsFile::AllOf(texts) => some(texts, node).map(Signs::AllOf),
            SignsFile::InOrder(texts) => some(texts, node.at("in-order")).map(Signs::InOrder),
            SignsFile::AnyOf(texts) => some(texts, node.at("any-of")).map(Signs::AnyOf),
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
        f.write_str("a pattern, a list of patterns, `in-order: [ … ]` or `any-of: [ … ]`")
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
        match Named::deserialize(MapAccessDeserializer::new(map))? {
            Named { in_order: Some(texts), any_of: None } => Ok(SignsFile::InOrder(texts)),
            Named { in_order: None, any_of: Some(texts) } => Ok(SignsFile::AnyOf(texts)),
            _ => Err(A::Error::custom("`pass` takes one of `in-order` and `any-of`")),
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = [{ "required": ["in-order"] }, { "required": ["any-of"] }]))]
struct Named {
    /// Each of these, one after the other.
    in_order: Option<Texts>,
    /// One of these; which does not matter.
    any_of: Option<Texts>,
}

impl JsonSchema for SignsFile {
    fn schema_name() -> Cow<'static, str> {
        "Signs".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (any_order, named) =
            (generator.subschema_for::<Texts>(), generator.subschema_for::<Named>());
        json_schema!({ "description": "What the guest has to print.", "anyOf": [any_order, named] })
    }
}
