//! Somebody's workflow, pinned to the commit of a release.

use std::path::PathBuf;
use std::process::Command;

use testkit::act::Consumer;
use testkit::guest;

use crate::{root, said};

/// The clone in which `./x dist --release` makes the commit, as the rehearsal of `./x test --slow` does.
fn release() -> PathBuf {
    root().join("target/dist/release")
}

fn commit() -> String {
    let mut git = Command::new("git");
    let output = git.args(["rev-parse", "HEAD"]).current_dir(release()).output().unwrap();
    assert!(output.status.success(), "there is no release: run `./x test --slow`");
    said(&output.stdout).trim().to_owned()
}

#[test]
#[ignore = "slow: needs `./x test --slow`"]
fn whoever_pins_a_releases_commit_gets_the_program_in_it() {
    let commit = commit();
    let workflow = format!(
        "on: push\njobs:\n  boot:\n    runs-on: ubuntu-latest\n    steps:\n      \
         - uses: actions/checkout@v6\n      \
         - uses: OWNER/bootgate/actions/run-vm-test@{commit}\n        \
         with: {{ spec: smoke.yaml }}\n"
    );
    let guest = guest("x86_64");
    let consumer = Consumer::of_example("boot-a-kernel")
        .copy(&guest.kernel, "out/kernel")
        .copy(&guest.initrd, "out/initrd")
        .file(".github/workflows/own.yml", &workflow);
    let run = consumer.act_at(&commit, &release(), "own.yml").env("BOOTGATE_BIN", "/nowhere").run();
    assert!(run.succeeded, "{run:?}");
    assert_eq!(run.outputs("verdict"), ["passed"], "{run:?}");
    assert_eq!(run.results("actions/run-vm-test", "Post"), ["success"], "{run:?}");
    // The launcher says so wherever the program is not the release's own.
    assert!(!run.text().contains("no release"), "{run:?}");
}
