//! The jobs of our own CI, each of which uses one action as people do, run by act.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pipeline::{Task, Work, Workflow};
use testkit::act::{Consumer, Event, Run};
use testkit::guest;
use testkit::registry::Registry;
use testkit::sshd::Sshd;

use crate::program::{bootgate, script};

const CI: &str = include_str!("../../../../.github/workflows/ci.yml");

/// What unpacks on GitHub what a job before has built; here it is there.
const BUILT: &str = "name: built\ndescription: nothing\nruns:\n  using: composite\n  steps:\n    - run: ls target\n      shell: bash\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace")
}

/// The workflow for act, with this registry in the place of the service.
fn workflow(registry: &str) -> String {
    let mut is_service = false;
    let lines = CI.lines().filter(|line| {
        is_service = *line == "    services:" || is_service && line.starts_with("      ");
        !is_service && *line != "    needs: build"
    });
    let named = |line: &str| match line.split_once("uses: $/") {
        Some((start, path)) => format!("{start}uses: OWNER/bootgate/{path}@v1\n"),
        None => format!("{line}\n"),
    };
    lines.map(named).collect::<String>().replace("localhost:5000", registry)
}

/// A checkout of ours with kernels, whose sshd is one that the test starts.
fn checkout(registry: &Registry, sshd: &Sshd) -> Consumer {
    let (root, guest) = (root(), guest("x86_64"));
    let consumer = ["README.md", "docs", "examples/three-kernels", ".ci/Containerfile"]
        .into_iter()
        .fold(Consumer::new(), |consumer, path| consumer.copy(&root.join(path), path));
    let outputs = format!(
        "cat <<'END'\naddress={}\nkey={}\nuser-key<<KEY\n{}KEY\nEND\n",
        sshd.address(),
        sshd.host_key().trim(),
        sshd.user_key()
    );
    script(&consumer.path().join(".ci/sshd"), &outputs);
    consumer
        .copy(&guest.kernel, "target/guests/x86_64/kernel")
        .copy(&guest.initrd, "target/guests/x86_64/initrd")
        .file(".github/workflows/ci.yml", &workflow(registry.host()))
}

fn run(event: &Event<'_>, job: &str) -> Run {
    let (registry, sshd, release) = (Registry::start(), Sshd::start(), bootgate());
    release.write(".github/actions/built/action.yml", BUILT);
    let storage = registry.path("storage.conf");
    let folder = registry.path("storage").display().to_string();
    let places = format!(
        "[storage]\ndriver = \"vfs\"\ngraphroot = \"{folder}\"\nrunroot = \"{folder}/run\"\n"
    );
    fs::write(&storage, places).expect("a file");
    let checkout = checkout(&registry, &sshd);
    checkout.commit(&release);
    let act = checkout.on(event, &release, "ci.yml").args(&["--job", job]);
    act.env("CONTAINERS_STORAGE_CONF", &storage)
        .env("BUILDAH_ISOLATION", "chroot")
        .with_loopback()
        .run()
}

fn check(job: &str) {
    check_on(&Event::Branch("main"), job);
}

fn check_on(event: &Event<'_>, job: &str) {
    let run = run(event, job);
    let came: Vec<String> = run.jobs().into_iter().map(|(_, result)| result).collect();
    assert_eq!((run.succeeded, came), (true, vec!["success".to_owned()]), "{run:?}");
}

#[test]
fn the_jobs_that_move_tags_succeed_for_a_change_that_is_not_merged_too() {
    ["promote-image", "run-gate"].iter().for_each(|job| check_on(&Event::Change, job));
}

#[test]
fn the_job_that_uses_setup_qemu_succeeds() {
    check("setup-qemu");
}

#[test]
fn the_job_that_uses_setup_guest_image_succeeds() {
    check("setup-guest-image");
}

#[test]
fn the_job_that_uses_run_vm_test_succeeds() {
    check("run-vm-test");
}

#[test]
fn the_job_that_uses_run_remote_test_succeeds() {
    check("run-remote-test");
}

#[test]
fn the_job_that_uses_build_disk_image_succeeds() {
    check("build-disk-image");
}

#[test]
fn the_job_that_uses_promote_image_succeeds() {
    check("promote-image");
}

#[test]
fn the_job_that_uses_run_gate_succeeds() {
    check("run-gate");
}

#[test]
fn the_job_that_uses_prune_images_succeeds() {
    check("prune-images");
}

#[test]
fn the_job_that_uses_publish_image_succeeds() {
    check("publish-image");
}

#[test]
fn every_action_has_a_job_of_ci_and_what_a_merge_needs_is_every_job() {
    let workflow = Workflow::parse(CI, Path::new("ci.yml")).expect("a workflow");
    let (gates, others): (Vec<_>, Vec<_>) =
        workflow.jobs.iter().partition(|(name, _)| name == "gate");
    let needed: BTreeSet<&String> = gates.iter().flat_map(|(_, gate)| &gate.needs).collect();
    assert_eq!(needed, others.iter().map(|(name, _)| name).collect());
    assert!(
        CI.contains("    if: always()\n    needs: [test"),
        "a job that is skipped is no failure"
    );
    for action in fs::read_dir(root().join("actions")).expect("the actions").flatten() {
        let action = action.file_name().into_string().expect("a name");
        let job = others.iter().find(|(name, _)| *name == action);
        let Some((_, job)) = job else { panic!("no job `{action}` in ci.yml") };
        let Work::Steps(steps) = &job.work else { panic!("`{action}` has no steps") };
        let used = format!("$/actions/{action}");
        let uses = |task: &Task| matches!(task, Task::Uses { action, .. } if *action == used);
        assert!(steps.iter().any(|step| uses(&step.task)), "`{action}` does not use {used}");
        let check = format!("check(\"{action}\");");
        assert!(include_str!("ci.rs").contains(&check), "no test runs the job `{action}`");
    }
}
