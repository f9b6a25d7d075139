//! What the files of the actions look like.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace")
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn actions() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("actions")).expect("the actions").flatten();
    entries.map(|entry| entry.path()).collect()
}

#[test]
fn every_action_names_itself_to_the_launcher_in_one_line() {
    let actions = actions();
    assert!(actions.len() >= 2, "{actions:?}");
    for action in actions {
        let name = action.file_name().expect("a name").to_string_lossy();
        for stage in ["main", "post"] {
            let line = format!("require('../../dist/launch.cjs')('{name}', '{stage}');\n");
            assert_eq!(read(action.join(format!("{stage}.cjs"))), line);
        }
    }
}

#[test]
fn every_action_runs_on_node_24_with_a_post() {
    for action in actions() {
        let text = read(action.join("action.yml"));
        assert!(
            text.contains("runs:\n  using: node24\n  main: main.cjs\n  post: post.cjs\n"),
            "{text}"
        );
    }
}

#[test]
fn the_launcher_is_short_and_needs_nothing_but_node() {
    let text = read("dist/launch.cjs");
    assert!(text.lines().count() < 80);
    let required: Vec<&str> = text.split("require('").skip(1).collect();
    // The first is the sentence that says how it is used.
    let foreign = required.iter().skip(1).filter(|name| !name.starts_with("node:"));
    assert_eq!(foreign.collect::<Vec<_>>(), [&""; 0]);
    assert_eq!(required.len(), 5);
}

#[test]
fn no_workflow_has_a_script_that_belongs_into_a_file() {
    for path in [
        ".github/workflows/ci.yml",
        ".github/workflows/local-test.yml",
        ".github/workflows/release.yml",
        "examples/axvisor/.github/workflows/guest-image.yml",
        "examples/boot-a-kernel/.github/workflows/boot.yml",
        "examples/rust-os/.github/workflows/ci.yml",
    ] {
        let text = read(path);
        for script in text.split("run: |\n").skip(1) {
            let deep = |line: &&str| line.starts_with("          ");
            assert!(script.lines().take_while(deep).count() <= 5, "{path}: {script}");
        }
    }
}
