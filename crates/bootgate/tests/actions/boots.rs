//! The example, and small workflows, run by act as their owners would have them run.

use testkit::act::{Consumer, Run};

use crate::program::bootgate;

const WORKFLOW: &str = "\
on: push
jobs:
  boot:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: OWNER/bootgate/actions/run-vm-test@v1
        id: boot
        with:
          spec: smoke.yaml
      - name: after
        if: always()
        run: echo \"verdict $VERDICT, reason $REASON, accel $ACCEL, flaky $FLAKY, after $TIME ms, in $FOLDER\"
        env:
          VERDICT: ${{ steps.boot.outputs.verdict }}
          REASON: ${{ steps.boot.outputs.reason }}
          ACCEL: ${{ steps.boot.outputs.accel-used }}
          FLAKY: ${{ steps.boot.outputs.flaky }}
          TIME: ${{ steps.boot.outputs.boot-time }}
          FOLDER: ${{ steps.boot.outputs.evidence-path }}
";

/// The example with a guest that does this, and the workflow above.
fn run(mode: &str) -> Run {
    let smoke = include_str!("../../../../examples/boot-a-kernel/smoke.yaml");
    let spec = smoke.replace("panic=-1", &format!("panic=-1 bootgate.mode={mode}"));
    assert_ne!(spec, smoke, "the example's command line has changed");
    let consumer = Consumer::with_a_kernel().file("smoke.yaml", &spec);
    consumer.file(".github/workflows/own.yml", WORKFLOW).act(&bootgate(), "own.yml").run()
}

#[test]
fn the_example_boots_and_passes_as_it_stands() {
    let run = Consumer::with_a_kernel().act(&bootgate(), "boot.yml").run();
    assert!(run.succeeded, "{run:?}");
    assert_eq!(run.results("actions/run-vm-test", "Main"), ["success"], "{run:?}");
    assert_eq!(run.results("actions/run-vm-test", "Post"), ["success"], "{run:?}");
    assert_eq!(run.outputs("verdict"), ["passed"], "{run:?}");
    assert!(run.text().contains("the kernel said that it is well after "), "{run:?}");
    assert!(run.summary().contains("passed"), "{run:?}");
    let errors = run.annotations().into_iter().filter(|annotation| annotation.level == "error");
    assert_eq!(errors.count(), 0, "{run:?}");
}

#[test]
fn a_guest_that_panics_fails_the_job_with_the_proof_as_annotation_and_summary() {
    let run = run("panic");
    assert!(!run.succeeded, "{run:?}");
    assert_eq!(run.results("actions/run-vm-test", "Main"), ["failure"], "{run:?}");
    assert_eq!(run.results("actions/run-vm-test", "Post"), ["success"], "{run:?}");
    assert!(run.text().contains("verdict crashed, reason "), "{run:?}");
    let errors = run.annotations().into_iter().filter(|annotation| annotation.level == "error");
    let proof = errors.filter(|error| error.text.contains("sysrq triggered crash"));
    assert!(proof.count() >= 1, "{run:?}");
    let summary = run.summary();
    for part in ["crashed", "sysrq triggered crash", "bootgate run-vm-test --spec smoke.yaml"] {
        assert!(summary.contains(part), "no `{part}` in {summary}");
    }
}

#[test]
fn a_guest_that_ends_without_its_sign_is_incomplete() {
    let run = run("silent");
    assert!(!run.succeeded, "{run:?}");
    assert!(run.text().contains("verdict incomplete, reason "), "{run:?}");
    assert!(run.summary().contains("incomplete"), "{run:?}");
}

#[test]
fn the_outputs_say_what_happened() {
    let consumer = Consumer::with_a_kernel().file(".github/workflows/own.yml", WORKFLOW);
    let run = consumer.act(&bootgate(), "own.yml").run();
    assert!(run.succeeded, "{run:?}");
    let text = run.text();
    let line = text.lines().find(|line| line.starts_with("verdict ")).unwrap_or_default();
    assert!(line.starts_with("verdict passed, reason "), "{run:?}");
    assert!(line.contains("accel tcg") || line.contains("accel kvm"), "{line}");
    assert!(line.contains("flaky false"), "{line}");
    let time = line.split("after ").nth(1).and_then(|rest| rest.split(' ').next());
    let milliseconds: u64 = time.and_then(|time| time.parse().ok()).unwrap_or_default();
    assert!((50..240_000).contains(&milliseconds), "{line}");
    assert!(line.contains("bootgate-evidence"), "{line}");
}

#[test]
fn a_mistake_in_the_spec_is_the_users_with_its_line() {
    let spec = "machine:\n  qemu: { arch: x86_64, kernle: out/kernel }\npass: x\n";
    let consumer = Consumer::with_a_kernel()
        .file("smoke.yaml", spec)
        .file(".github/workflows/own.yml", WORKFLOW);
    let run = consumer.act(&bootgate(), "own.yml").run();
    assert!(!run.succeeded, "{run:?}");
    let errors: Vec<_> =
        run.annotations().into_iter().filter(|error| error.level == "error").collect();
    assert!(errors.iter().any(|error| error.text.contains("kernle")), "{run:?}");
}
