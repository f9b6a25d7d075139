//! A value that is written as one text, or as a map that says more.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::texts::unquoted;

/// As it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form<M> {
    Text(String),
    Map(M),
}

struct FormVisitor<M>(PhantomData<M>);

impl<'de, M: Deserialize<'de>> Deserialize<'de> for Form<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Form<M>, D::Error> {
        deserializer.deserialize_any(FormVisitor(PhantomData))
    }
}

impl<'de, M: Deserialize<'de>> Visitor<'de> for FormVisitor<M> {
    type Value = Form<M>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or keys and values")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Form<M>, E> {
        Ok(Form::Text(text.into()))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Form<M>, E> {
        Err(unquoted(truth))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Form<M>, E> {
        Err(unquoted(number))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Form<M>, A::Error> {
        M::deserialize(MapAccessDeserializer::new(map)).map(Form::Map)
    }
}

impl<M: JsonSchema> JsonSchema for Form<M> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        M::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "string", "minLength": 1 }, generator.subschema_for::<M>()] })
    }
}
