//! The page and the schema say what the parser does.

use std::path::{Path, PathBuf};

use serde_json::Value;

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

#[test]
fn every_example_of_the_pages_is_a_policy() {
    let [policy, model] =
        ["policy.md", "release-model.md"].map(|name| std::fs::read_to_string(docs(name)).unwrap());
    // That page has workflows, too.
    let policies = model.split("```yaml\n").filter(|text| text.starts_with("image:"));
    let examples: Vec<&str> = policy.split("```yaml\n").skip(1).chain(policies).collect();
    assert!(examples.len() >= 4);
    for example in examples {
        let text = example.split("```").next().unwrap();
        promotion::Policy::parse(text, Path::new("policy.md")).unwrap();
    }
}

#[test]
fn the_page_names_every_key() {
    let page = std::fs::read_to_string(docs("policy.md")).unwrap();
    let schema = promotion::schema();
    let inner = schema["$defs"].as_object().unwrap().values();
    let keys = inner.chain([&schema]).filter_map(|it| it["properties"].as_object());
    let keys: Vec<&String> = keys.flat_map(|properties| properties.keys()).collect();
    assert!(keys.len() > 12, "{keys:?}");
    for key in keys {
        assert!(page.contains(&format!("`{key}`")), "`{key}` is not in docs/policy.md");
    }
}

/// `BOOTGATE_UPDATE=1` writes the schema instead of comparing it.
#[test]
fn the_committed_schema_is_made_from_the_types() {
    let made = format!("{:#}\n", promotion::schema());
    let file = docs("policy.schema.json");
    if std::env::var_os("BOOTGATE_UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&file, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    assert!(
        read(&committed) == read(&made),
        "docs/policy.schema.json is not what the types say: run ./x generate"
    );
}
