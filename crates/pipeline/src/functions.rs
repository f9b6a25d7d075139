//! The functions that expressions can call.

use github_actions_expressions::Evaluation;
use github_actions_expressions::call::{Call, Function};
use serde_json::Value;

use crate::expression::{Contexts, Status, value};

/// How long a text may become, in bytes: functions within functions can make one grow without bounds.
const LONGEST: usize = 1 << 20;

pub(crate) fn call(call: &Call<'_>, contexts: &Contexts<'_>) -> Result<Evaluation, String> {
    if call.func == Function::Case {
        return case(call, contexts);
    }
    let given: Vec<Evaluation> =
        call.args.iter().map(|arg| value(arg, contexts)).collect::<Result<_, _>>()?;
    let text = |at: usize| given.get(at).map(|one| one.sema().to_string()).unwrap_or_default();
    let truth = |holds| Ok(Evaluation::Boolean(holds));
    let is = |status| truth(contexts.status == status);
    match call.func {
        Function::Success => is(Status::Success),
        Function::Failure => is(Status::Failure),
        Function::Cancelled => is(Status::Cancelled),
        Function::Always => truth(true),
        Function::Contains => truth(contains(&given[0], &given[1])),
        Function::StartsWith => {
            truth(single(&given) && upper(&text(0)).starts_with(&upper(&text(1))))
        }
        Function::EndsWith => truth(single(&given) && upper(&text(0)).ends_with(&upper(&text(1)))),
        Function::Format => format(&text(0), given.get(1..).unwrap_or_default()),
        Function::Join => join(&given[0], given.get(1).map(|_| text(1)).as_deref().unwrap_or(",")),
        Function::ToJSON => to_json(&given[0]),
        Function::FromJSON => from_json(&text(0)),
        Function::HashFiles => {
            let patterns: Vec<String> = (0..given.len()).map(text).collect();
            bounded((contexts.hash_files)(&patterns))
        }
        Function::Case => Ok(Evaluation::Null),
    }
}

/// Only what is chosen is looked at.
fn case(call: &Call<'_>, contexts: &Contexts<'_>) -> Result<Evaluation, String> {
    for pair in call.args.chunks(2) {
        let [condition, chosen] = pair else { return value(&pair[0], contexts) };
        match value(condition, contexts)? {
            Evaluation::Boolean(true) => return value(chosen, contexts),
            Evaluation::Boolean(false) => {}
            _ => return Err("a condition of `case` is neither `true` nor `false`".to_owned()),
        }
    }
    Ok(Evaluation::Null)
}

/// Whether none of them is a list or an object.
fn single(given: &[Evaluation]) -> bool {
    !given.iter().any(|one| matches!(one, Evaluation::Array(_) | Evaluation::Object(_)))
}

fn upper(text: &str) -> String {
    text.to_uppercase()
}

fn contains(whole: &Evaluation, part: &Evaluation) -> bool {
    match whole {
        Evaluation::Array(items) => items.iter().any(|item| item.sema() == part.sema()),
        Evaluation::Object(_) => false,
        one => {
            single(std::slice::from_ref(part))
                && upper(&one.sema().to_string()).contains(&upper(&part.sema().to_string()))
        }
    }
}

fn format(pattern: &str, given: &[Evaluation]) -> Result<Evaluation, String> {
    let wrong = || format!("`format` cannot read {}", spec::quoted(pattern));
    let (mut text, mut rest) = (String::new(), pattern);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, found) = rest.split_at(at);
        text.push_str(before);
        if let Some(behind) = found.strip_prefix("{{").or(found.strip_prefix("}}")) {
            text.push_str(&found[..1]);
            rest = behind;
            continue;
        }
        let (number, behind) =
            found.strip_prefix('{').and_then(|inside| inside.split_once('}')).ok_or_else(wrong)?;
        let value = number.parse().ok().and_then(|number: usize| given.get(number));
        text.push_str(&value.ok_or_else(wrong)?.sema().to_string());
        if text.len() > LONGEST {
            break;
        }
        rest = behind;
    }
    bounded(text + rest)
}

fn join(list: &Evaluation, between: &str) -> Result<Evaluation, String> {
    let Evaluation::Array(items) = list else { return bounded(list.sema().to_string()) };
    let items: Vec<String> = items.iter().map(|item| item.sema().to_string()).collect();
    let length = items.iter().map(String::len).sum::<usize>();
    if length.saturating_add(between.len().saturating_mul(items.len())) > LONGEST {
        return Err(too_long());
    }
    bounded(items.join(between))
}

fn to_json(value: &Evaluation) -> Result<Evaluation, String> {
    let json: Value = value.clone().try_into().unwrap_or_default();
    bounded(format!("{json:#}"))
}

fn from_json(text: &str) -> Result<Evaluation, String> {
    let json: Value = serde_json::from_str(text)
        .map_err(|error| format!("`fromJSON` cannot read {}: {error}", spec::quoted(text)))?;
    Ok(Evaluation::try_from(json).unwrap_or(Evaluation::Null))
}

fn bounded(text: String) -> Result<Evaluation, String> {
    if text.len() > LONGEST { Err(too_long()) } else { Ok(Evaluation::String(text)) }
}

fn too_long() -> String {
    format!("a text of more than {LONGEST} bytes")
}
