//! `local-test.yml`, called from another repository as people call it.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use testkit::act::{Act, Consumer, Run, tool};
use testkit::guest;

use crate::program::bootgate;

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

/// A rustup with one toolchain, `given`, which is the one that runs this test; nobody's own is touched, or asked for.
pub(crate) fn rustup() -> TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    let rustc = Command::new("rustc").args(["--print", "sysroot"]).output().expect("rustc");
    let sysroot = String::from_utf8(rustc.stdout).expect("a path");
    let mut link = Command::new("rustup");
    link.args(["toolchain", "link", "given", sysroot.trim()]).env("RUSTUP_HOME", home.path());
    assert!(link.status().expect("rustup").success());
    home
}

/// Where a program of the one who runs the tests is.
fn folder_of(program: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders = env::split_paths(&path).filter(|folder| folder.join(program).is_file());
    folders.next().unwrap_or_else(|| panic!("`{program}` is not on PATH"))
}

/// Runs the workflow with that rustup.
fn run(consumer: &Consumer) -> Run {
    let (rustup, release) = (rustup(), bootgate());
    with_rustup(consumer.act(&release, "boot.yml"), &rustup).run()
}

/// The same with that rustup and no way to the network.
pub(crate) fn with_rustup(act: Act, rustup: &TempDir) -> Act {
    let tools = tool("node");
    let tools = tools.parent().expect("a folder").display();
    let path = format!("{tools}:{}:/usr/bin:/bin:/usr/sbin:/sbin", folder_of("rustup").display());
    act.env("PATH", path)
        .env("RUSTUP_HOME", rustup.path())
        .env("RUSTUP_AUTO_INSTALL", "0")
        .env("RUSTUP_DIST_SERVER", "http://127.0.0.1:9")
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
