//! Words that stand nowhere.

use crate::tree::{self, Text};

/// Leftovers, in two parts so that this file may pass its own test.
const LEFTOVERS: [(&str, &str); 6] = [
    ("db", "g!("),
    ("to", "do!("),
    ("unimple", "mented!("),
    ("FIX", "ME"),
    ("XX", "X:"),
    ("<<<<", "<<< "),
];

/// Hosts of package registries and mirrors, by their labels: which one is used is the system's own matter.
const HOSTS: [&[&str]; 12] = [
    &["deb", "debian", "org"],
    &["ftp", "debian", "org"],
    &["security", "debian", "org"],
    &["snapshot", "debian", "org"],
    &["archive", "ubuntu", "com"],
    &["ports", "ubuntu", "com"],
    &["index", "crates", "io"],
    &["static", "crates", "io"],
    &["registry", "npmjs", "org"],
    &["proxy", "golang", "org"],
    &["files", "pythonhosted", "org"],
    &["pypi", "org"],
];

/// Where `word` stands, as `file:line`.
fn places(word: &str, text: &Text) -> Vec<String> {
    let lines = text.text.lines().enumerate().filter(|(_, line)| line.contains(word));
    lines.map(|(number, _)| format!("{}:{}: {word}", text.shown(), number + 1)).collect()
}

#[test]
fn nothing_is_left_over() {
    let words = LEFTOVERS.map(|(start, end)| format!("{start}{end}"));
    let files = tree::ending(&[".rs", ".toml", ".yml", ".yaml", ".cjs", ".md", ".sh", "/init"]);
    let found: Vec<String> =
        files.flat_map(|text| words.iter().flat_map(|word| places(word, text))).collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn no_file_names_a_registry_or_a_mirror() {
    let hosts: Vec<String> = HOSTS.iter().map(|labels| labels.join(".")).collect();
    let files = tree::texts().iter().filter(|text| !text.path.ends_with("Cargo.lock"));
    let found: Vec<String> =
        files.flat_map(|text| hosts.iter().flat_map(|host| places(host, text))).collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_word_is_found_with_its_line() {
    let text = Text { path: "a.rs".into(), text: "one\ntwo\n".into() };
    assert_eq!(places("tw", &text), ["a.rs:2: tw"]);
}
