//! Reports of machines that nobody trusts, read and shown.

use std::error::Error;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const CONSOLE: &[u8] =
    b"Linux version 6.1\r\nTAP version 14\r\n1..2\r\nok 1 - one\r\nnot ok 2 - two\r\n\
    thread 'main' panicked at src/main.rs:8:9:\r\nout of frames\r\n";

/// What may not be just anything.
const CLOSED: &[&str] = &["outcome", "severity", "stage", "verdict", "version"];

/// A crash in which nothing is left out.
fn whole() -> Value {
    let report = trial::replay("smoke", None, &mut &*CONSOLE).expect("a report");
    let mut document = serde_json::to_value(report).expect("JSON");
    for (part, value) in [
        (
            "frames",
            json!([{ "line": 6, "function": "f", "file": "a.rs", "source_line": 1, "inlined": true }]),
        ),
        ("hint", json!("look")),
        ("notes", json!(["a note"])),
        ("quarantine", json!({ "owner": "@me", "until": "2026-01-01", "reason": "flaky" })),
        ("scaled_limits", json!([{ "limit": "total", "to_ms": 1 }])),
        (
            "tries",
            json!([{ "number": 1, "verdict": "hung", "kind": "total", "title": "t", "duration_ms": 1, "evidence": "try-1" }, { "number": 2, "verdict": "passed", "kind": "signs", "title": "t", "duration_ms": 1, "evidence": "." }]),
        ),
    ] {
        document[part] = value;
    }
    document
}

/// The document with `text` wherever any text may stand, and `number` wherever any number may.
fn all(document: Value, text: &str, number: u32) -> Value {
    match document {
        Value::Array(inner) => inner.into_iter().map(|it| all(it, text, number)).collect(),
        Value::Object(inner) => {
            let part = |(name, it): (String, Value)| match CLOSED.contains(&&*name) {
                true => (name, it),
                false => (name, all(it, text, number)),
            };
            inner.into_iter().map(part).collect()
        }
        Value::String(_) => text.into(),
        Value::Number(_) => number.into(),
        other => other,
    }
}

/// What a terminal and a summary get of it.
fn told(document: &Value) -> Result<(String, String), Box<dyn Error>> {
    let report: Report = serde_json::from_str(&document.to_string())?;
    let mut out = Vec::new();
    print_report(&mut out, &report, false, "again")?;
    let page = summary::page(&report, "again", None).render(1 << 20);
    Ok((String::from_utf8(out)?, page))
}

#[test]
fn no_text_of_a_report_acts_on_a_terminal_or_a_page() {
    let (terminal, page) =
        told(&all(whole(), "\u{1b}]0;x\u{7}|<img>\r\u{9b}2J", 1)).expect("shown");
    assert!(
        !terminal.contains(['\u{7}', '\r', '\u{9b}']) && !terminal.contains("\u{1b}]"),
        "{terminal:?}"
    );
    let cells: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).collect();
    assert!(cells.len() > 5 && !cells.concat().contains("<img>"), "{page}");
}

#[test]
fn the_largest_numbers_are_shown() {
    let mut document = all(whole(), "x", u32::MAX);
    for place in [
        "/stages/0/at_ms",
        "/duration_ms",
        "/time_to_sign_ms",
        "/cases_left_out",
        "/lines/0/at_ms",
        "/lines/0/number",
    ] {
        *document.pointer_mut(place).expect("a place") = u64::MAX.into();
    }
    document["repeat"] = 1.into();
    document["verdict"] = "passed".into();
    let (_, page) = told(&document).expect("shown");
    assert!(page.contains(&format!("passed on try {0} of {0}", u32::MAX)), "{page}");
}

proptest! {
    #[test]
    fn whatever_a_report_says_it_can_be_shown(text in any::<String>(), number: u32) {
        told(&all(whole(), &text, number)).expect("shown");
    }
}
