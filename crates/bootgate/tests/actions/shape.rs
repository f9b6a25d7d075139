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

/// The steps of an action: one that leaves nothing has no `post`.
fn stages(action: &Path) -> impl Iterator<Item = &'static str> {
    let has_post = root().join(action).join("post.cjs").is_file();
    ["main", "post"].into_iter().filter(move |stage| *stage == "main" || has_post)
}

#[test]
fn every_action_names_itself_to_the_launcher_in_one_line() {
    let actions = actions();
    assert!(actions.len() >= 2, "{actions:?}");
    for action in actions {
        let name = action.file_name().expect("a name").to_string_lossy();
        for stage in stages(&action) {
            let line = format!("require('../../dist/launch.cjs')('{name}', '{stage}');\n");
            assert_eq!(read(action.join(format!("{stage}.cjs"))), line);
        }
    }
}

#[test]
fn every_action_runs_on_node_24_and_with_a_post_where_it_leaves_something() {
    let mut posts = 0;
    for action in actions() {
        let text = read(action.join("action.yml"));
        let files = stages(&action).map(|stage| format!("  {stage}: {stage}.cjs\n"));
        posts += stages(&action).count() - 1;
        let runs = format!("runs:\n  using: node24\n{}\n", files.collect::<String>());
        assert!(text.contains(&runs), "{runs}{text}");
    }
    assert_eq!(posts, 6, "each of them is a value of `bootgate post`");
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

/// The workflows of the repository and of its examples.
fn workflows() -> Vec<PathBuf> {
    let listed = |folder: PathBuf| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let examples = listed(root().join("examples"));
    let repositories = [root().to_path_buf()].into_iter().chain(examples);
    repositories.flat_map(|repository| listed(repository.join(".github/workflows"))).collect()
}

#[test]
fn no_workflow_has_a_script_that_belongs_into_a_file() {
    let workflows = workflows();
    assert!(workflows.len() > 6, "{workflows:?}");
    for path in workflows {
        let text = fs::read_to_string(&path).expect("a workflow");
        for script in text.split("run: |\n").skip(1) {
            let deep = |line: &&str| line.starts_with("          ");
            let lines = script.lines().take_while(deep).count();
            assert!(lines <= 5, "{}: {script}", path.display());
        }
    }
}
