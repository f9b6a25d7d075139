//! Files of each generation, as they are, read as specs; and the hazards in them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail this way")]

mod foreign_bytes;
mod hazard;
mod lowered;
mod mistakes;
mod specs;

use std::path::{Path, PathBuf};

use ostool::{Config, Document};

/// A file of this crate's tests.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn lookup(name: &str) -> Option<String> {
    (name == "workspace").then(|| "/w".to_owned())
}

/// The configuration in a text that is named so.
fn config(text: &str, name: &str) -> Config {
    match ostool::read(text, Path::new(name), &lookup).unwrap() {
        Document::Qemu(config) => *config,
        other => panic!("{other:?}"),
    }
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap()
}
