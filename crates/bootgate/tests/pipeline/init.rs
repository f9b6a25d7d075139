//! What `bootgate init` writes is what the examples are, and runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::act::{Consumer, tool};
use testkit::guest;

use crate::world::{Ran, pipeline, run};

const KERNEL: [&str; 12] = [
    "init",
    "--from",
    "boot-a-kernel",
    "--arch",
    "x86_64",
    "--kernel",
    "out/kernel",
    "--initrd",
    "out/initrd",
    "--append",
    "console=ttyS0 panic=-1",
    "--pass=^ALL TESTS PASSED$",
];

const RUST_OS: [&str; 13] = [
    "init",
    "--from",
    "rust-os",
    "--arch",
    "x86_64",
    "--arch",
    "aarch64",
    "--arch",
    "riscv64",
    "--kernel",
    "target/{target}/debug/rust-os",
    "--pass=^rust-os is done$",
    "--build=cargo \"build-$ARCH\"",
];

const RELEASE: [&str; 7] = [
    "init",
    "--from",
    "bootc-release",
    "--image",
    "ghcr.io/owner/os",
    "--publish-to",
    "s3://images/os/",
];

pub(crate) fn init(consumer: &Consumer, arguments: &[&str], more: &[&str]) -> Ran {
    run(&consumer.path(), &[arguments, more].concat())
}

pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let (folders, mut all): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    all.extend(folders.iter().filter(|path| !path.ends_with(".git")).flat_map(|path| files(path)));
    all.sort();
    all
}

/// Every written file is what its checker wants.
pub(crate) fn check(consumer: &Consumer) -> Vec<PathBuf> {
    let written = files(&consumer.path());
    for path in &written {
        let name = path.to_string_lossy();
        if name.contains("/.github/workflows/") {
            let lint = Command::new(tool("actionlint")).arg(path).output().unwrap();
            assert!(lint.status.success(), "{name}: {}", String::from_utf8_lossy(&lint.stdout));
        } else if name.ends_with("/bootgate.yaml") {
            let checked = run(&consumer.path(), &["policy", "check", &name]);
            assert_eq!(
                (checked.code, checked.stdout.as_str()),
                (Some(0), ""),
                "{}",
                checked.stderr
            );
        } else if name.ends_with(".yaml") || (name.contains("/qemu") && name.ends_with(".toml")) {
            let checked = run(&consumer.path(), &["spec", "check", &name]);
            assert_eq!(checked.code, Some(0), "{}{}", checked.stdout, checked.stderr);
        }
    }
    written.iter().map(|path| path.strip_prefix(consumer.path()).unwrap().to_owned()).collect()
}

fn with_kernel() -> Consumer {
    let guest = guest("x86_64");
    Consumer::new().copy(&guest.kernel, "out/kernel").copy(&guest.initrd, "out/initrd")
}

fn assert_passes(consumer: &Consumer) {
    let ran = pipeline(consumer, "boot.yml");
    let came = (ran.code, ran.outputs("verdict"));
    assert_eq!(came, (Some(0), vec!["passed".to_owned()]), "{}", ran.stderr);
}

#[test]
fn a_repository_with_a_kernel_gets_a_pipeline_that_passes() {
    let consumer = with_kernel();
    let ran = init(&consumer, &KERNEL, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        ran.stdout,
        "wrote .github/workflows/boot.yml\nwrote smoke.yaml\nnext: bootgate pipeline run boot.yml --dry-run\n"
    );
    assert_eq!(check(&consumer).len(), 4);
    assert_passes(&consumer);
}

#[test]
fn a_command_that_builds_is_run_before_the_boot() {
    let guest = guest("riscv64");
    let consumer = Consumer::new();
    let build = format!(
        "mkdir -p a && cp '{}' a/k && cp '{}' a/i  # copies",
        guest.kernel.display(),
        guest.initrd.display()
    );
    let ran = init(
        &consumer,
        &[
            "init",
            "--from",
            "boot-a-kernel",
            "--arch",
            "riscv64",
            "--kernel",
            "a/k",
            "--initrd",
            "a/i",
        ],
        &["--append", "console=ttyS0 panic=-1", "--pass", "^ALL TESTS PASSED$", "--build", &build],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(check(&consumer).len(), 2);
    assert_passes(&consumer);
}

#[test]
fn the_examples_own_answers_give_the_examples_own_files() {
    let without_schema = |text: String| {
        text.lines().filter(|line| !line.contains("$schema=")).collect::<Vec<_>>().join("\n")
    };
    for (example, arguments) in [
        ("boot-a-kernel", [&KERNEL[..], &["--build", "./build.sh"]].concat()),
        ("rust-os", RUST_OS.into()),
        ("bootc-release", RELEASE.into()),
    ] {
        let (written, own) = (Consumer::new(), Consumer::of_example(example));
        assert_eq!(init(&written, &arguments, &[]).code, Some(0));
        for name in check(&written) {
            let [written, own] = [&written, &own]
                .map(|consumer| fs::read_to_string(consumer.path().join(&name)).unwrap());
            assert_eq!(without_schema(written), without_schema(own), "{}", name.display());
        }
    }
}

#[test]
fn toolchains_and_a_kernel_of_ones_own_are_filled_in() {
    let consumer = Consumer::new();
    let more = [
        "--kernel",
        "build/{arch}/my os",
        "--pass",
        "it's \"done\": #1",
        "--toolchain",
        "nightly-2026-10-01",
    ];
    let ran = init(&consumer, &["init", "--from", "rust-os", "--arch", "riscv64"], &more);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        check(&consumer),
        [".github/workflows/ci.yml", "boot/riscv64.yaml"].map(PathBuf::from)
    );
    let text = |name: &str| fs::read_to_string(consumer.path().join(name)).unwrap();
    assert!(
        text(".github/workflows/ci.yml").contains("      toolchains: '[\"nightly-2026-10-01\"]'\n")
    );
    assert!(!text(".github/workflows/ci.yml").contains("prepare"));
    assert!(text("boot/riscv64.yaml").contains("kernel: ../build/riscv64/my os\n"));
}

#[test]
fn the_files_of_axvisor_are_copied_as_they_are() {
    let (consumer, own) = (Consumer::new(), Consumer::of_example("axvisor"));
    let ran = init(&consumer, &["init", "--from", "axvisor"], &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let written = check(&consumer);
    assert!(!written.is_empty());
    for name in &written {
        let [written, own] =
            [&consumer, &own].map(|consumer| fs::read(consumer.path().join(name)).unwrap());
        assert_eq!(written, own, "{}", name.display());
    }
    assert_eq!(files(&own.path()).len(), written.len() + 1, "all but the page for readers");
    let answered = init(&Consumer::new(), &["init", "--from", "axvisor", "--arch", "x86_64"], &[]);
    assert_eq!(answered.code, Some(2));
}

#[test]
fn nothing_is_overwritten_unless_it_is_asked_for() {
    let consumer = Consumer::new().file("smoke.yaml", "mine\n");
    let text = || fs::read_to_string(consumer.path().join("smoke.yaml")).unwrap();
    let shown = init(&consumer, &KERNEL, &["--dry-run"]);
    assert_eq!(
        (shown.code, shown.stdout.matches("==> ").count()),
        (Some(0), 2),
        "{}",
        shown.stderr
    );
    let refused = init(&consumer, &KERNEL, &[]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("already there: `smoke.yaml`"), "{}", refused.stderr);
    assert_eq!((text().as_str(), files(&consumer.path()).len()), ("mine\n", 1));
    assert_eq!(init(&consumer, &KERNEL, &["--force"]).code, Some(0));
    assert!(text().contains("ALL TESTS PASSED"));
}

#[test]
fn without_a_terminal_the_flags_that_are_needed_are_named() {
    let consumer = Consumer::new();
    let ran = init(&consumer, &["init", "--from", "boot-a-kernel", "--kernel", "k"], &[]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("needed: `--arch`, `--pass`"), "{}", ran.stderr);
    for wrong in [["--arch", "x86"], ["--pass", "("]] {
        assert_eq!(init(&consumer, &KERNEL, &wrong).code, Some(2), "{wrong:?}");
    }
    assert!(files(&consumer.path()).is_empty());
}

/// The terminal is that of our own boot test.
#[test]
fn on_a_terminal_it_asks_for_what_is_missing() {
    let program = env!("CARGO_BIN_EXE_bootgate");
    let asks = [
        ("architectures .x86_64 aarch64 riscv64.: $", "riscv64"),
        ("kernel .target/.target./debug/rust-os.: $", "out/{arch}.elf"),
        ("initramfs, - for none: $", ""),
        ("line that proves success .*: $", ""),
        ("command that builds it, - for none .*: $", "-"),
        ("Rust toolchains, .*: $", "nightly-2026-10-01"),
    ];
    let steps = asks
        .map(|(ask, answer)| format!("  - prompt: '{ask}'\n  - send: \"{answer}\\n\"\n"))
        .concat();
    let spec = format!(
        "machine: {{ command: {{ run: \"{program} init --from rust-os --append quiet\" }} }}\nsteps:\n{steps}\
         pass: '^wrote boot/riscv64.yaml$'\nlimits: {{ total: 1m }}\n"
    );
    let consumer = Consumer::new().file("asks.yaml", &spec);
    let ran = run(
        &consumer.path(),
        &["run-vm-test", "--spec", "asks.yaml", "--evidence-path", "../evidence"],
    );
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    fs::remove_file(consumer.path().join("asks.yaml")).unwrap();
    check(&consumer);
    let text = |name: &str| fs::read_to_string(consumer.path().join(name)).unwrap();
    let (workflow, spec) = (text(".github/workflows/ci.yml"), text("boot/riscv64.yaml"));
    assert!(
        workflow.contains("toolchains: '[\"nightly-2026-10-01\"]'\n")
            && !workflow.contains("prepare"),
        "{workflow}"
    );
    assert!(spec.contains("    kernel: ../out/riscv64.elf\n    append: \"quiet\"\n"), "{spec}");
}
