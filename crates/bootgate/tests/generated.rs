//! What is said about inputs and outputs in an action's files comes from the one definition in its `inputs.rs`.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the text between the line that begins with `from` and the one that begins with `to` is.
fn between(text: &str, from: &str, to: &str) -> Range<usize> {
    let begin = text.find(from).unwrap_or_else(|| panic!("no `{from}`"));
    let begin = begin + text[begin..].find('\n').expect("a line after the mark") + 1;
    begin..begin + text[begin..].find(to).unwrap_or_else(|| panic!("no `{to}`"))
}

fn compare(path: &Path, from: &str, to: &str, wanted: &str) {
    let mut text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let found = between(&text, from, to);
    if text[found.clone()] == *wanted {
        return;
    }
    assert!(
        std::env::var_os("BOOTGATE_UPDATE").is_some(),
        "`{}` is old: run `./x generate`",
        path.display()
    );
    text.replace_range(found, wanted);
    std::fs::write(path, text).expect("the file is written");
}

#[test]
fn the_inputs_of_every_action_are_the_committed_ones() {
    let printed = Command::new(env!("CARGO_BIN_EXE_bootgate"))
        .arg("describe")
        .output()
        .expect("the program runs");
    let actions: Vec<serde_json::Value> = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert!(actions.len() >= 2);
    for action in actions {
        let part = |name: &str| action[name].as_str().expect("a part").to_owned();
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../actions"))
            .join(part("action"));
        compare(
            &folder.join("action.yml"),
            "# generated",
            "# end of generated",
            &part("action.yml"),
        );
        compare(
            &folder.join("README.md"),
            "<!-- generated",
            "<!-- end of generated",
            &part("README.md"),
        );
    }
}
