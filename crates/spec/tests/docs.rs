//! The page and the schema say what the parser does.

use std::path::{Path, PathBuf};

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// The pages with boot tests on them, and how many each has at least.
const PAGES: [(&str, usize); 4] =
    [("spec.md", 8), ("system-tests.md", 4), ("migrating.md", 3), ("../README.md", 1)];

fn page(name: &str) -> String {
    std::fs::read_to_string(docs(name)).expect("the page")
}

/// The fenced YAML of the page, but for workflows and their steps.
fn examples(page: &str) -> Vec<&str> {
    let fenced = page.split("```yaml\n").skip(1);
    let examples = fenced.map(|rest| rest.split("```").next().unwrap_or_default());
    examples.filter(|text| !text.starts_with("- ") && !text.contains("\njobs:")).collect()
}

/// An example that shows one part is given the others.
fn completed(example: &str) -> String {
    let has = |key: &str| example.lines().any(|line| line.starts_with(key));
    let machine = if has("machine:") || has("machines:") {
        ""
    } else {
        "machine: { qemu: { arch: x86_64, kernel: k } }\n"
    };
    let pass = if has("pass:") || has("steps:") { "" } else { "pass: ok\n" };
    format!("{example}\n{machine}{pass}")
}

#[test]
fn every_example_of_the_pages_is_a_spec() {
    for (name, least) in PAGES {
        let page = page(name);
        let examples = examples(&page);
        assert!(examples.len() >= least, "only {} examples in {name}", examples.len());
        for example in examples {
            let text = completed(example);
            let outcome = spec::parse(&text, Path::new(name));
            assert!(outcome.is_ok(), "{}\n{text}", outcome.expect_err("an error"));
        }
    }
}

#[test]
fn the_page_names_every_key() {
    let page = page("spec.md");
    for key in keys(&spec::schema()) {
        assert!(page.contains(&format!("`{key}`")), "`{key}` is not in docs/spec.md");
    }
}

/// Every property anywhere in a schema.
fn keys(schema: &serde_json::Value) -> Vec<String> {
    match schema {
        serde_json::Value::Object(map) => {
            let own = map.get("properties").and_then(|properties| properties.as_object());
            let own = own.into_iter().flat_map(|properties| properties.keys().cloned());
            own.chain(map.values().flat_map(keys)).collect()
        }
        serde_json::Value::Array(items) => items.iter().flat_map(keys).collect(),
        _ => Vec::new(),
    }
}

/// `BOOTGATE_UPDATE=1` writes the schema instead of comparing it.
#[test]
fn the_committed_schema_is_made_from_the_types() {
    let made = spec::schema();
    let file = docs("spec.schema.json");
    if std::env::var_os("BOOTGATE_UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&file, format!("{made:#}\n")).expect("the schema can be written");
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let same = serde_json::from_str::<serde_json::Value>(&committed)
        .is_ok_and(|committed| committed == made);
    assert!(same, "docs/spec.schema.json is not what the types say: run ./x generate");
}
