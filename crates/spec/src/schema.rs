//! The schema of the file, for editors.

use schemars::JsonSchema;
use serde_json::{Map, Value};

use crate::file::SpecFile;

/// The JSON schema (draft 2020-12) of a spec, made from the types that read it.
pub fn schema() -> Value {
    schema_of::<SpecFile>()
}

/// The JSON schema of a file that is read as a spec is: no key of it may be null.
pub fn schema_of<T: JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    forbid_null(&mut schema);
    schema
}

/// A key may be left out, which the types call `Option`; but a key that is there has a value.
fn forbid_null(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(forbid_null),
        Value::Object(map) => {
            without_null(map);
            map.values_mut().for_each(forbid_null);
        }
        _ => {}
    }
}

fn without_null(map: &mut Map<String, Value>) {
    if map.get("default").is_some_and(Value::is_null) {
        map.remove("default");
    }
    if let Some(Value::Array(types)) = map.get_mut("type") {
        types.retain(|name| name != "null");
    }
    if let Some(Value::Array(choices)) = map.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_may_be_null() {
        let schema = schema();
        assert!(!schema.to_string().contains("null"), "{schema:#}");
        assert!(
            schema
                .pointer("/$defs/Qemu/properties/kernel/type/0")
                .is_some_and(|name| name == "string")
        );
    }

    #[test]
    fn the_second_names_of_architectures_are_known() {
        let schema = schema();
        let names = schema
            .pointer("/$defs/Arch/enum")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        assert_eq!(names.len(), crate::Arch::ALL.len() + 2, "{names:?}");
    }
}
