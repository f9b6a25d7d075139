//! Somebody's workflow, pinned to the commit of a release, with the network cut off once the commit is there.

use testkit::act::{Consumer, Release};

use crate::root;

#[test]
#[ignore = "slow: needs `./x test --slow`"]
fn whoever_pins_a_releases_commit_gets_the_program_in_it() {
    let release = Release::made(&root().join("target/dist/release"));
    assert_eq!(release.reference().len(), 40, "{release:?}");
    let run =
        Consumer::with_a_kernel().act(&release, "boot.yml").env("BOOTGATE_BIN", "/nowhere").run();
    assert!(run.succeeded, "{run:?}");
    assert_eq!(run.outputs("verdict"), ["passed"], "{run:?}");
    assert_eq!(run.results("actions/run-vm-test", "Post"), ["success"], "{run:?}");
    // The launcher says so wherever the program is not the release's own.
    assert!(!run.text().contains("no release"), "{run:?}");
}
