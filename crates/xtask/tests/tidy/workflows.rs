//! How reusable workflows name our own actions.

use crate::tree::{self, Text};

fn reusable() -> Vec<&'static Text> {
    let ours = tree::ending(&[".yml"]).filter(|text| text.path.starts_with(".github/workflows"));
    ours.filter(|text| text.text.contains("\n  workflow_call:")).collect()
}

/// What the steps of a workflow use.
fn used(workflow: &str) -> impl Iterator<Item = &str> {
    let uses = workflow
        .lines()
        .filter_map(|line| line.trim_start().trim_start_matches("- ").strip_prefix("uses: "));
    uses.map(|used| used.split(" #").next().unwrap_or_default().trim())
}

/// Another release than the workflow's own, or the caller's folder.
fn is_elsewhere(used: &str) -> bool {
    used.starts_with("OWNER/") || used.starts_with('.')
}

#[test]
fn a_reusable_workflow_takes_our_actions_from_its_own_commit() {
    let workflows = reusable();
    assert!(!workflows.is_empty());
    for workflow in workflows {
        let (mut ours, name) = (0, workflow.shown());
        for used in used(&workflow.text) {
            assert!(!is_elsewhere(used), "{name} uses `{used}`: write `$/actions/…`");
            if let Some(path) = used.strip_prefix("$/") {
                assert!(tree::root().join(path).join("action.yml").is_file(), "{name}: {path}");
                ours += 1;
            }
        }
        assert!(ours > 0, "{name} uses none of our actions");
    }
}

#[test]
fn a_moving_tag_and_the_callers_folder_are_found() {
    let text = "steps:\n  - uses: OWNER/bootgate/actions/x@v1 # ours\n    uses: ./x\n  - uses: $/actions/x\n# uses: a\n";
    let elsewhere: Vec<&str> = used(text).filter(|used| is_elsewhere(used)).collect();
    assert_eq!(elsewhere, ["OWNER/bootgate/actions/x@v1", "./x"]);
}
