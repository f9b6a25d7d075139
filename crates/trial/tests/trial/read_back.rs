//! `verdict.json`, read back: perhaps on another machine, from one that nobody trusts.

use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::Script;
use trial::Report;

use crate::world::{Tried, tried, tried_in_turn};

const RULES: &str = "pass: done\nlimits: { total: 2s, drain: 10ms }\n";

fn crashed() -> Tried {
    let console = "Linux version 6.1\r\nTAP version 14\r\n1..2\r\nok 1 - first\r\nnot ok 2 - \u{1}\r\n\
                   thread 'main' panicked at src/mm/page.rs:88:9:\r\nout of \"frames\"\r\n";
    tried(RULES, Script::new().say(console).power_off())
}

#[test]
fn what_is_read_back_is_the_report() {
    let good = || Script::new().say("$ ").say("done\r\n").power_off();
    let steps = format!("{RULES}steps: [{{ prompt: '\\$ $' }}, {{ send: \"x\\n\" }}]\n");
    let flaky = tried_in_turn(&format!("{RULES}retries: 2\n"), vec![Script::new(), good()]);
    for tried in [crashed(), flaky, tried(&steps, good()), tried(RULES, Script::new().die("it"))] {
        let read: Report = serde_json::from_str(&tried.file("verdict.json")).expect("a report");
        assert_eq!(read, tried.report);
    }
}

/// The report of a crash with another value at `place`, read back.
fn with(place: &str, value: Value) -> Result<Report, String> {
    let mut document = serde_json::to_value(crashed().report).expect("JSON");
    *document.pointer_mut(place).unwrap_or_else(|| panic!("no {place}")) = value;
    serde_json::from_str(&document.to_string()).map_err(|error| error.to_string())
}

#[test]
fn what_is_not_known_is_an_error() {
    for (place, value) in [
        ("/version", json!(2)),
        ("/verdict", json!("won")),
        ("/stage", json!("dock")),
        ("/stages/0/stage", json!(0)),
        ("/hits/0/severity", json!("fatale")),
        ("/cases/0/outcome", json!("not ok")),
        ("/accel_used", json!("hvf")),
        ("/boots", json!(1_u64 << 32)),
        ("/source/line", json!(-1)),
        ("/duration_ms", json!(1e300)),
        ("/lines/0/number", json!("1")),
    ] {
        with(place, value.clone()).expect_err(&format!("{place} is {value}"));
    }
}

/// The places of all values that hold no others, as JSON pointers.
fn leaves(value: &Value, place: &str) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Array(all) => all.iter().enumerate().map(|(n, it)| (n.to_string(), it)).collect(),
        Value::Object(all) => all.iter().map(|(name, it)| (name.clone(), it)).collect(),
        _ => return vec![place.to_owned()],
    };
    inner.iter().flat_map(|(name, it)| leaves(it, &format!("{place}/{name}"))).collect()
}

#[test]
fn whatever_stands_in_it_is_refused_or_read_as_it_is() {
    let whole = serde_json::to_value(crashed().report).expect("JSON");
    let places = leaves(&whole, "");
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop_oneof![any::<u64>(), Just(u64::MAX)].prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    proptest!(|(place in prop::sample::select(places), value in value)| {
        let mut document = whole.clone();
        *document.pointer_mut(&place).expect("a place") = value;
        if let Ok(report) = serde_json::from_str::<Report>(&document.to_string()) {
            prop_assert_eq!(serde_json::to_value(report).expect("JSON"), document);
        }
    });
}
