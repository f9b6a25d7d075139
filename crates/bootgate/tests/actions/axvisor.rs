//! AxVisor's two workflows, run by act in a repository that offers what AxVisor's offers.

mod stand_in;

use testkit::act::Run;

use stand_in::{SOURCE, StandIn};

/// Nothing is wrong.
const GOOD: (&str, &str) = ("", "");

/// Where the configuration lacks its entry point, the hypervisor panics.
const PANICS: (&str, &str) = ("entry_point = 0x8020_0000\n", "");

/// Where the guest has no processor, the hypervisor waits for one.
const HANGS: (&str, &str) = ("cpu_num = 1", "cpu_num = 0");

/// All legs booted, and came to this.
fn assert_verdicts<const LEGS: usize>(run: &Run, verdict: &str) {
    assert_eq!(run.outputs("verdict"), [verdict; LEGS], "{run:?}");
    let result = if verdict == "passed" { "success" } else { "failure" };
    assert_eq!(run.results("actions/run-vm-test", "Main"), [result; LEGS], "{run:?}");
    assert_eq!(run.succeeded, verdict == "passed", "{run:?}");
}

/// Each of the three architectures has a remark beside the line of source that panicked.
fn assert_remarks(run: &Run) {
    let line = SOURCE.lines().position(|line| line.contains("panic!(")).expect("the panic") + 1;
    let remarks = run.annotations().into_iter().filter(|remark| remark.file == "src/vm.rs");
    let remarks: Vec<_> = remarks.map(|remark| (remark.level, remark.line)).collect();
    assert_eq!(remarks, [0; 3].map(|_| ("error".to_owned(), line.to_string())), "{run:?}");
}

#[test]
fn with_make_each_guest_passes_under_each_toolchain() {
    let run = StandIn::for_make(GOOD).run("make.yml", &[]);
    assert_verdicts::<6>(&run, "passed");
    assert_eq!(run.outputs("size"), ["67108864"; 6], "{run:?}");
    let text = run.text();
    for toolchain in ["nightly-2024-12-25-x86_64", "nightly-x86_64"] {
        let taken = text.lines().filter(|line| line.starts_with(toolchain)).count();
        assert_eq!(taken, 3, "{toolchain}: {run:?}");
    }
    for printed in ["log = Some(\"info\")", "VM[1] `nimbos` from nimbos-riscv64.bin at 0x8020_0000"]
    {
        assert!(text.contains(printed), "no `{printed}`: {run:?}");
    }
    assert!(text.contains("test tests::a_value_is_bare ... ok"), "{run:?}");
}

#[test]
fn with_make_a_panic_is_a_crash_beside_its_line_of_source() {
    let legs = ["--job", "boot", "--matrix", "toolchain:nightly"];
    let run = StandIn::for_make(PANICS).run("make.yml", &legs);
    assert_verdicts::<3>(&run, "crashed");
    assert_remarks(&run);
}

#[test]
fn with_make_a_guest_that_says_nothing_any_more_has_hung() {
    let stand_in = StandIn::for_make(HANGS);
    let stand_in = stand_in.edit(".github/boot/make.yaml", "silence: 2m", "silence: 5s");
    let leg = ["--job", "boot", "--matrix", "toolchain:nightly", "--matrix", "arch:aarch64"];
    assert_verdicts::<1>(&stand_in.run("make.yml", &leg), "hung");
}

#[test]
fn with_xtask_each_generation_of_ostools_files_passes() {
    let run = StandIn::with(GOOD).run("xtask.yml", &[]);
    assert_verdicts::<3>(&run, "passed");
    for generation in ["0.8", "0.24", "0.31"] {
        let read = format!("read as a configuration of ostool {generation}");
        assert!(run.summary().contains(&read), "{generation}: {run:?}");
    }
}

#[test]
fn with_xtask_a_panic_is_a_crash_beside_its_line_of_source() {
    let run = StandIn::with(PANICS).run("xtask.yml", &[]);
    assert_verdicts::<3>(&run, "crashed");
    assert_remarks(&run);
}

#[test]
fn with_xtask_a_guest_that_never_comes_to_its_shell_has_hung() {
    let smoke = "test-suit/axvisor/normal/qemu/smoke/qemu-riscv64.toml";
    let stand_in = StandIn::with(HANGS).edit(smoke, "timeout = 300", "timeout = 5");
    assert_verdicts::<1>(&stand_in.run("xtask.yml", &["--matrix", "arch:riscv64"]), "hung");
}

#[test]
fn without_a_runner_both_workflows_come_to_the_same() {
    let make = StandIn::for_make(GOOD);
    let legs = ["--job", "boot", "--matrix", "toolchain=nightly"];
    assert_eq!(
        make.pipeline("make.yml", &legs),
        (Some(0), ["passed"; 3].map(str::to_owned).to_vec())
    );
    let xtask = StandIn::with(PANICS);
    let verdicts = ["crashed"; 3].map(str::to_owned).to_vec();
    assert_eq!(xtask.pipeline("xtask.yml", &[]), (Some(1), verdicts));
}
