//! One text or a list of texts.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// As it is written: `fail: "x"` is `fail: ["x"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts(pub(crate) Vec<String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Texts, D::Error> {
        deserializer.deserialize_any(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pattern or a list of patterns")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Texts, E> {
        Ok(Texts(vec![text.into()]))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Texts, E> {
        Err(unquoted(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Texts, E> {
        Err(unquoted(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Texts, E> {
        Err(unquoted(number))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Texts, E> {
        Err(unquoted(truth))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Texts, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = items.next_element()? {
            texts.push(text);
        }
        Ok(Texts(texts))
    }
}

/// A number is refused: by now it has lost how it was written (`1.0`, `0x10`), so it cannot serve as a pattern.
pub(crate) fn unquoted<E: Error>(value: impl fmt::Display) -> E {
    E::custom(format_args!("`{value}` is not a text: put the pattern in quotes"))
}

impl JsonSchema for Texts {
    fn schema_name() -> Cow<'static, str> {
        "Patterns".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "One pattern or a list of them.",
            "anyOf": [
                { "type": "string", "minLength": 1 },
                { "type": "array", "items": { "type": "string", "minLength": 1 } }
            ]
        })
    }
}
