//! Changes that nobody has merged, and what they change in the policy by which they are judged.

use std::fs;
use std::process::Command;

use ::evidence::find;
use serde_json::json;

use super::{Case, claim};
use crate::world::Ran;

/// Events about changes that are not merged, as GitHub tells them.
fn unmerged() -> [(&'static str, serde_json::Value); 6] {
    let fork = json!({ "full_name": "evil/guest" });
    let pull = json!({ "merged_at": null, "head": { "sha": "abc", "repo": fork } });
    [
        ("pull_request", json!({ "pull_request": { "merged_at": null } })),
        ("pull_request_target", json!({ "pull_request": pull })),
        ("merge_group", json!({ "merge_group": { "head_sha": "abc" } })),
        ("issue_comment", json!({ "issue": { "pull_request": { "merged_at": null } } })),
        ("workflow_run", json!({ "workflow_run": { "event": "push", "head_repository": fork } })),
        ("workflow_run", json!({ "workflow_run": { "event": "pull_request" } })),
    ]
}

#[test]
fn nothing_moves_for_a_change_that_is_not_merged_nor_for_a_fork() {
    let case = Case::new();
    let run = |(event, text): (&str, serde_json::Value), more: &[&str]| -> Ran {
        let image = case.image(case.good);
        let begin = ["--image", &image, "--to", "stable", "--policy", &case.policy];
        let step = case.step(event, &text.to_string());
        let mut command = case.world.promotion(&[&begin, more].concat());
        command.envs(step.vars()).output().unwrap().into()
    };
    let before = case.tags();
    for (event, text) in unmerged() {
        let ran = run((event, text.clone()), &[]);
        assert_eq!(ran.code, Some(1), "{event}: {ran:?}");
        let why = format!("this run is for a change that is not merged: its event is `{event}`");
        assert!(ran.out.contains(&why) && ran.out.contains("follows the merge"), "{ran:?}");
        assert_eq!(run((event, text), &["--dry-run"]).code, Some(0), "{event}");
    }
    let back = case.step("pull_request", "{}");
    let stable = case.world.name("os:stable");
    let mut back_command = case.world.promotion(&["--image", &stable, "--rollback"]);
    assert_eq!(back_command.envs(back.vars()).status().unwrap().code(), Some(1));
    assert_eq!(case.tags(), before);
    let merged = json!({ "pull_request": { "merged_at": "2026-01-31T12:00:00Z" } });
    assert_eq!(run(("pull_request", merged), &[]).code, Some(0));
}

#[test]
fn a_change_that_is_not_merged_asks_no_gate() {
    let case = Case::new();
    case.world.file("soak.sh", "exit 0");
    let attached = || find(&case.world.repository("os"), case.good).unwrap().len();
    let before = attached();
    for (event, text) in unmerged() {
        let step = case.step(event, &text.to_string());
        let image = case.image(case.good);
        let mut command = case.world.bootgate(&["run-gate", "--image", &image, "--gate", "soak"]);
        command.args(["--policy", &case.policy]).current_dir(case.world.path(""));
        let ran: Ran = command.envs(step.vars()).output().unwrap().into();
        assert_eq!(ran.code, Some(2), "{event}: {ran:?}");
        assert!(ran.out.contains("not merged") && ran.out.contains("follows the merge"), "{ran:?}");
    }
    assert_eq!(attached(), before);
}

fn git(folder: &str, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]);
    let ran = git.args(arguments).current_dir(folder).output().unwrap();
    assert!(ran.status.success(), "git {arguments:?}: {ran:?}");
}

/// As the reusable workflows have it: the build is that of a tag, and the policy that of the default branch.
#[test]
fn what_a_branch_changes_in_the_policy_counts_only_once_it_is_merged() {
    let case = Case::new();
    let world = &case.world;
    let place = |name: &str| format!("repository/{name}");
    let repository = world.path("repository");
    let commit = |branch: &str, policy: &str, key: &str| {
        world.file(&place("bootgate.yaml"), policy);
        world.file(&place("ours.pub"), &fs::read_to_string(world.path(key)).unwrap());
        if branch == "main" {
            git(&repository, &["init", "-q", "-b", branch]);
        } else {
            git(&repository, &["checkout", "-q", "-b", branch]);
        }
        git(&repository, &["add", "."]);
        git(&repository, &["commit", "-q", "-m", branch]);
    };
    let policy = fs::read_to_string(&case.policy).unwrap();
    commit("main", &policy, "ours.pub");
    let weaker = policy.replace("[smoke/x86_64]\n    signed-by: [ours.pub]", "[]");
    commit("weaker", &weaker.replace("[upgrade/x86_64]", "[]"), "theirs.pub");
    git(&repository, &["tag", "v1.1.0"]);
    git(&repository, &["worktree", "add", "-q", "../trusted", "main"]);
    let evil = world.push("os:testing", "evil", &[]);
    let answer = super::Claim { because: Some("mine"), key: Some("theirs"), ..claim(evil, "soak") };
    case.attach(evil, &answer);
    let run = |folder: &str, more: &[&str]| {
        let (image, policy) = (case.image(evil), world.path(&format!("{folder}/bootgate.yaml")));
        let begin = ["--image", &image, "--to", "stable", "--to", "v1.1.0", "--policy", &policy];
        let step = case.step("push", "{}").set("GITHUB_REF_TYPE", "tag");
        let mut command = world.promotion(&[&begin, more].concat());
        command.envs(step.vars()).output().unwrap().into()
    };
    // By its own policy it would pass.
    let own: Ran = run("repository", &["--dry-run"]);
    assert_eq!(own.code, Some(0), "{own:?}");
    let before = case.tags();
    let ran: Ran = run("trusted", &[]);
    case.is_refused(&ran, 1, "there is no result `smoke/x86_64`", &before);
    assert!(
        ran.out.contains("the gate `soak` is closed") && ran.out.contains("none of those who may"),
        "{ran:?}"
    );
}
