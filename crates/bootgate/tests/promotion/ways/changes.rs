//! Changes that nobody has merged, and what they change in the policy by which they are judged.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::{Case, POLICY, claim};
use crate::world::Ran;

/// Events about changes that are not merged, as GitHub tells them.
fn unmerged() -> [(&'static str, Value); 6] {
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

/// What is refused before anybody is asked.
const ELSEWHERE: &str = "registry.invalid/os";

#[test]
fn nothing_moves_for_a_change_that_is_not_merged_nor_for_a_fork() {
    let case = Case::new();
    let promote = |event: &str, text: &Value, line: &[&str]| -> Ran {
        let step = case.step(event, &text.to_string());
        case.world.promotion(line).envs(step.vars()).output().unwrap().into()
    };
    let (there, here) = (format!("{ELSEWHERE}@{}", case.good), case.image(case.good));
    let (tag, copy) = (format!("{ELSEWHERE}:stable"), format!("{ELSEWHERE}:copy"));
    let before = case.tags();
    for (event, text) in unmerged() {
        for line in [
            &["--image", &there, "--to", "stable", "--policy", &case.policy][..],
            &["--image", &tag, "--rollback"],
            &["--image", &here, "--to", &copy],
        ] {
            let ran = promote(event, &text, line);
            let why = format!(
                "{ELSEWHERE}: this run is for a change that is not merged: its event is `{event}`"
            );
            case.is_refused(&ran, 1, &why, &before);
            assert!(ran.out.contains("follows the merge"), "{ran:?}");
        }
        let line = ["--image", &here, "--to", &copy, "--policy", &case.policy, "--dry-run"];
        assert!(!promote(event, &text, &line).err.contains("not merged"));
    }
    // A registry on this machine goes with the job, and a change that is merged is one no more.
    let (event, text) = unmerged()[0].clone();
    let line = ["--image", &here, "--to", "stable", "--policy", &case.policy];
    assert_eq!(promote(event, &text, &line).code, Some(0));
    let merged = json!({ "pull_request": { "merged_at": "2026-01-31T12:00:00Z" } });
    let ran = promote(event, &merged, &["--image", &tag, "--rollback"]);
    assert!(!ran.err.contains("not merged") && ran.code != Some(0), "{ran:?}");
}

#[test]
fn a_change_that_is_not_merged_asks_no_gate() {
    let case = Case::new();
    let soak = "echo asked >> asked; exit 0";
    case.world.file("soak.sh", soak);
    let policy = POLICY.replace("HOST/os", ELSEWHERE).replace("./soak.sh", "sh soak.sh");
    case.world.file("bootgate.yaml", &policy);
    let image = format!("{ELSEWHERE}@{}", case.good);
    for (event, text) in unmerged() {
        let step = case.step(event, &text.to_string());
        let mut command = case.world.bootgate(&["run-gate", "--image", &image, "--gate", "soak"]);
        command.args(["--policy", &case.policy]).current_dir(case.world.path(""));
        let ran: Ran = command.envs(step.vars()).output().unwrap().into();
        assert_eq!(ran.code, Some(2), "{event}: {ran:?}");
        assert!(ran.out.contains("not merged") && ran.out.contains("follows the merge"), "{ran:?}");
    }
    assert!(!case.world.registry.path("asked").exists());
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
