//! `local-test.yml`, called from another repository as people call it.

use std::process::Command;

use testkit::act::{Consumer, Run};
use testkit::guest;

use crate::program::bootgate;
use crate::rustup::Rustup;

/// A caller with a spec for each architecture, and a toolchain of its own that must give way.
fn caller(with: &str) -> Consumer {
    caller_of("OWNER/bootgate/.github/workflows/local-test.yml@v1", with)
}

fn caller_of(called: &str, with: &str) -> Consumer {
    let workflow = format!(
        "on: push\njobs:\n  boot:\n    permissions: {{ contents: read }}\n    \
         uses: {called}\n    with:\n{with}"
    );
    let consumer = Consumer::new().file(".github/workflows/boot.yml", &workflow);
    let toolchain = "[toolchain]\nchannel = \"nightly-2020-02-02\"\ncomponents = []\n";
    let consumer = consumer.file("rust-toolchain.toml", toolchain);
    ["x86_64", "aarch64", "riscv64"]
        .into_iter()
        .fold(consumer, |consumer, arch| consumer.file(&format!("tests/{arch}.yaml"), &spec(arch)))
}

fn spec(arch: &str) -> String {
    let guest = guest(arch);
    let console = if arch == "aarch64" { "ttyAMA0" } else { "ttyS0" };
    format!(
        "name: {arch}\nmachine:\n  qemu:\n    arch: {arch}\n    memory: 512M\n    accel: tcg\n    kernel: {}\n    \
         initrd: {}\n    append: \"console={console} panic=-1\"\npass: \"^ALL TESTS PASSED$\"\n\
         limits: {{ total: 3m, silence: 90s }}\n",
        guest.kernel.display(),
        guest.initrd.display()
    )
}

/// Runs the workflow with that rustup.
fn run(consumer: &Consumer) -> Run {
    let (rustup, release) = (Rustup::with("given"), bootgate());
    rustup.surround(consumer.act(&release, "boot.yml")).run()
}

#[test]
fn three_architectures_are_booted_with_the_toolchain_that_was_asked_for() {
    let consumer = caller(
        "      spec: 'tests/{arch}.yaml'\n      architectures: '[\"x86_64\", \"aarch64\", \"riscv64\"]'\n      \
         toolchains: '[\"given\"]'\n      prepare: |\n        echo \"for $ARCH with $TOOLCHAIN\"\n        \
         grep channel rust-toolchain.toml\n        rustc --version\n",
    );
    let run = run(&consumer);
    assert!(run.succeeded, "{run:?}");
    assert_eq!(run.outputs("verdict"), ["passed"; 3], "{run:?}");
    let text = run.text();
    for line in ["x86_64", "aarch64", "riscv64"].map(|arch| format!("for {arch} with given\n")) {
        assert!(text.contains(&line), "no `{line}`: {run:?}");
    }
    assert_eq!(text.matches("channel = \"given\"\n").count(), 3, "{run:?}");
    assert!(text.contains(concat!("rustc ", env!("CARGO_PKG_RUST_VERSION"))), "{run:?}");
}

#[test]
fn one_architecture_that_fails_fails_the_run_and_leaves_the_others_alone() {
    let broken = spec("x86_64").replace("panic=-1", "panic=-1 bootgate.mode=fail");
    let consumer = caller(
        "      spec: 'tests/{arch}.yaml'\n      architectures: '[\"x86_64\", \"riscv64\"]'\n",
    );
    let run = run(&consumer.file("tests/x86_64.yaml", &broken));
    assert!(!run.succeeded, "{run:?}");
    let mut verdicts = run.outputs("verdict");
    verdicts.sort();
    assert_eq!(verdicts, ["incomplete", "passed"], "{run:?}");
}

#[test]
fn the_copy_that_the_documentation_has_people_keep_boots_the_same() {
    let page = include_str!("../../../../docs/ghes.md");
    let copying = page.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    let workflow = include_str!("../../../../.github/workflows/local-test.yml");
    let with = "      spec: 'tests/{arch}.yaml'\n";
    let consumer = caller_of("./.github/workflows/local-test.yml", with);
    let consumer = consumer.file("local-test.yml", workflow);
    let mut shell = Command::new("sh");
    shell.args(["-euc", copying.expect("a script")]).env("SHA", "v1");
    assert!(shell.current_dir(consumer.path()).status().expect("sh").success());
    let run = run(&consumer);
    assert!(run.succeeded, "{run:?}");
    assert_eq!(run.outputs("verdict"), ["passed"], "{run:?}");
}

#[test]
fn a_toolchain_that_is_no_name_is_refused() {
    let consumer = caller("      spec: tests/x86_64.yaml\n      toolchains: '[\"x\\\"/;id #\"]'\n");
    let run = run(&consumer);
    assert!(!run.succeeded, "{run:?}");
    let said = run.annotations();
    assert!(
        said.iter().any(|said| said.text == "a toolchain's name has other characters"),
        "{run:?}"
    );
    assert!(!run.text().contains("uid="), "{run:?}");
}
