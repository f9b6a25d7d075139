//! What `./x dist` has built: the programs that people get. `./x test --slow` builds them first.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

mod consumer;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ARCHITECTURES: [&str; 2] = ["x86_64", "aarch64"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

fn program(arch: &str) -> PathBuf {
    let program = root().join(format!("dist/bin/{arch}-unknown-linux-musl/bootgate"));
    assert!(program.is_file(), "`{}` is missing: run `./x dist` first", program.display());
    program
}

/// The program of an architecture under QEMU's user mode, whatever this machine is.
fn run(arch: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(format!("qemu-{arch}"));
    command.arg(program(arch)).args(arguments);
    command.output().unwrap()
}

fn said(output: &[u8]) -> String {
    String::from_utf8_lossy(output).into_owned()
}

#[test]
#[ignore = "slow: needs `./x dist`"]
fn the_programs_need_no_library_and_no_loader_of_the_host() {
    for arch in ARCHITECTURES {
        let mut readelf = Command::new("readelf");
        let output = readelf.args(["-lWd"]).arg(program(arch)).output().unwrap();
        let text = said(&output.stdout);
        assert!(output.status.success() && text.contains("LOAD"), "{text}");
        assert!(!text.contains("INTERP") && !text.contains("NEEDED"), "{arch}: {text}");
    }
}

#[test]
#[ignore = "slow: needs `./x dist`"]
fn the_programs_of_both_architectures_say_the_same() {
    let version = concat!("bootgate ", env!("CARGO_PKG_VERSION"), "\n");
    for arch in ARCHITECTURES {
        assert_eq!(said(&run(arch, &["--version"]).stdout), version);
    }
    let consoles = fs::read_dir(root().join("crates/verdict/corpus/rules")).unwrap().flatten();
    let mut crashed = 0;
    for console in consoles.map(|entry| entry.path()) {
        let judge = ["judge", "--json", console.to_str().unwrap()];
        let [x86, arm] = ARCHITECTURES.map(|arch| run(arch, &judge));
        assert_eq!(x86.status.code(), arm.status.code(), "{x86:?} {arm:?}");
        assert_eq!(said(&x86.stdout), said(&arm.stdout));
        assert_eq!(said(&x86.stderr), said(&arm.stderr));
        crashed += usize::from(said(&x86.stdout).contains("crashed"));
    }
    assert!(crashed > 50, "only {crashed} consoles show a crash");
}

#[test]
#[ignore = "slow: needs `./x test --slow`"]
fn what_people_download_are_the_programs_of_the_commit() {
    let folder = root().join("target/dist/assets");
    let mut check = Command::new("sha256sum");
    check.args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(&folder);
    assert!(check.status().unwrap().success());
    for arch in ARCHITECTURES {
        let asset = fs::read(folder.join(format!("bootgate-{arch}-unknown-linux-musl"))).unwrap();
        assert!(asset == fs::read(program(arch)).unwrap(), "{arch}");
    }
}

#[test]
#[ignore = "slow: builds bootgate for release"]
fn cargo_installs_the_program_from_a_checkout() {
    let folder = tempfile::tempdir().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["install", "--quiet", "--locked", "--offline", "--path", "crates/bootgate"]);
    cargo.arg("--root").arg(folder.path()).current_dir(root());
    assert!(cargo.status().unwrap().success());
    let mut installed = Command::new(folder.path().join("bin/bootgate"));
    let output = installed.arg("--version").output().unwrap();
    assert_eq!(said(&output.stdout), concat!("bootgate ", env!("CARGO_PKG_VERSION"), "\n"));
}
