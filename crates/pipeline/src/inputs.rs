//! What a workflow is given, by its own declarations.

use serde_json::{Map, Value};

use crate::expression::Contexts;
use crate::workflow::{Input, Workflow};

/// The inputs of a workflow by their declarations; what is wrong with what was given, as a fragment.
pub(crate) fn inputs(
    workflow: &Workflow,
    given: Vec<(String, Value)>,
    contexts: &Contexts<'_>,
) -> Result<Map<String, Value>, String> {
    let known: Vec<&str> = workflow.inputs.iter().map(|input| input.name.as_str()).collect();
    if let Some((name, _)) = given.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(format!("`{}` has no input {}", workflow.name, spec::quoted(name)));
    }
    let value = |input: &Input| {
        let own =
            given.iter().find(|(name, _)| *name == input.name).map(|(_, value)| value.clone());
        let default = || input.default.as_ref().map(|default| default.value(contexts)).transpose();
        let value =
            own.map_or_else(default, |own| Ok(Some(own))).map_err(|problem| problem.message)?;
        if value.is_none() && input.is_required {
            return Err(format!("`{}` needs the input `{}`", workflow.name, input.name));
        }
        Ok((input.name.clone(), typed(input, value)?))
    };
    workflow.inputs.iter().map(value).collect()
}

fn typed(input: &Input, value: Option<Value>) -> Result<Value, String> {
    let wrong = |value: &Value| {
        format!(
            "the input `{}` is no {}: {}",
            input.name,
            input.kind,
            spec::quoted(&value.to_string())
        )
    };
    match (input.kind.as_str(), value) {
        ("boolean", None) => Ok(false.into()),
        ("boolean" | "number", Some(Value::String(text))) => {
            let read: Option<Value> = serde_json::from_str(&text).ok();
            let fits = |value: &Value| {
                if input.kind == "boolean" { value.is_boolean() } else { value.is_number() }
            };
            read.filter(fits).ok_or_else(|| wrong(&text.into()))
        }
        ("boolean", Some(value)) if !value.is_boolean() => Err(wrong(&value)),
        ("number", Some(value)) if !value.is_number() => Err(wrong(&value)),
        ("boolean" | "number", value) => Ok(value.unwrap_or_else(|| 0.into())),
        (_, None) => Ok("".into()),
        (_, Some(Value::String(text))) => Ok(text.into()),
        (_, Some(other)) => Ok(other.to_string().into()),
    }
}
