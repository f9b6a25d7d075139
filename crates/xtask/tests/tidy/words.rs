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

/// The hosts that may be named: what people read, never what is fetched from. Which registry or mirror is used is the
/// system's own matter.
const HOSTS: [&str; 22] = [
    "api.github.com",
    "token.actions.githubusercontent.com",
    "ghcr.io",
    "index.docker.io",
    "download.qemu.org",
    "github.com",
    "ghe.com",
    "x.ghe.com",
    "docs.rs",
    "docs.github.com",
    "localhost",
    "127.0.0.1",
    "json-schema.org",
    "json.schemastore.org",
    "rustup.rs",
    "keepachangelog.com",
    "semver.org",
    "www.apache.org",
    "in-toto.io",
    "spdx.org",
    "example.com",
    "example.org",
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

/// The hosts of the addresses in a line.
fn hosts(line: &str) -> impl Iterator<Item = &str> {
    let end = |c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-');
    line.split("://").skip(1).map(move |rest| rest.split(end).next().unwrap_or_default())
}

fn is_allowed(host: &str) -> bool {
    // Test servers have names that nobody else can have, and what is put in at run time has none.
    let reserved = [".example", ".example.com", ".invalid", ".localhost"];
    host.is_empty() || HOSTS.contains(&host) || reserved.iter().any(|end| host.ends_with(end))
}

#[test]
fn no_file_names_a_registry_or_a_mirror() {
    let written =
        |text: &&Text| !text.shown().contains("lock") && !text.path.ends_with("deny.toml");
    let mut found = Vec::new();
    for text in tree::texts().iter().filter(written) {
        let foreign = text
            .text
            .lines()
            .flat_map(hosts)
            .filter(|host| host.contains('.') && !is_allowed(host));
        found.extend(foreign.map(|host| format!("{}: {host}", text.shown())));
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_word_is_found_with_its_line() {
    let text = Text { path: "a.rs".into(), text: "one\ntwo\n".into() };
    assert_eq!(places("tw", &text), ["a.rs:2: tw"]);
}
