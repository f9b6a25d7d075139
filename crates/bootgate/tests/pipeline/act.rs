//! The same workflows through act: what it says is what we say.

use std::env;
use std::path::Path;

use testkit::act::{Act, Consumer, Release, Run, tool};

use crate::world::{Ran, pipeline, with_workflow};

fn release() -> Release {
    Release::of(Path::new(env!("CARGO_BIN_EXE_bootgate")))
}

/// By act, and by us.
fn both(consumer: &Consumer, workflow: &str) -> (Run, Ran) {
    let release = release();
    let act = with_rust(consumer.act(&release, workflow)).run();
    (act, pipeline(consumer, workflow))
}

/// With the Rust of the one who runs the tests.
fn with_rust(act: Act) -> Act {
    let home = env::home_dir().unwrap();
    let node = tool("node").parent().unwrap().to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([node].into_iter().chain(env::split_paths(&path))).unwrap();
    let act = act.env("PATH", path);
    [("RUSTUP_HOME", ".rustup"), ("CARGO_HOME", ".cargo")].into_iter().fold(
        act,
        |act, (name, usual)| {
            act.env(name, env::var_os(name).unwrap_or_else(|| home.join(usual).into()))
        },
    )
}

/// The verdicts, sorted, and whether all is well.
fn check_same(consumer: &Consumer, workflow: &str, verdicts: &[&str], code: i32) -> Ran {
    let (act, own) = both(consumer, workflow);
    assert_eq!(act.succeeded, code == 0, "{act:?}");
    assert_eq!(own.code, Some(code), "{}{}", own.stdout, own.stderr);
    for mut outputs in [act.outputs("verdict"), own.outputs("verdict")] {
        outputs.sort();
        assert_eq!(outputs, verdicts, "{act:?}{}{}", own.stdout, own.stderr);
    }
    own
}

fn boot_a_kernel(mode: &str) -> Consumer {
    let smoke = include_str!("../../../../examples/boot-a-kernel/smoke.yaml");
    let spec = smoke.replace("panic=-1", &format!("panic=-1 {mode}"));
    Consumer::with_a_kernel().file("smoke.yaml", &spec)
}

#[test]
fn the_example_of_a_kernel_passes_here_as_it_does_there() {
    let ran = check_same(&boot_a_kernel("quiet"), "boot.yml", &["passed"], 0);
    assert!(ran.stderr.contains("the kernel said that it is well after "), "{}", ran.stderr);
    let left_out = &ran.report()["jobs"][0]["steps"][0];
    assert_eq!((&left_out["left-out"], &left_out["outcome"]), (&true.into(), &"skipped".into()));
}

#[test]
fn a_kernel_that_panics_fails_here_as_it_does_there() {
    let ran = check_same(&boot_a_kernel("bootgate.mode=panic"), "boot.yml", &["crashed"], 1);
    assert!(!ran.stderr.contains("the kernel said that it is well"), "{}", ran.stderr);
}

#[test]
fn the_example_of_a_rust_kernel_passes_on_each_architecture_here_as_it_does_there() {
    let ran = check_same(&Consumer::of_example("rust-os"), "ci.yml", &["passed"; 3], 0);
    let names: Vec<String> = ran.report()["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["name"].to_string())
        .collect();
    assert_eq!(names, [r#""Boot / x86_64""#, r#""Boot / aarch64""#, r#""Boot / riscv64""#]);
}

#[test]
fn a_rust_kernel_without_its_sign_fails_on_its_architecture_alone_here_as_it_does_there() {
    let spec = include_str!("../../../../examples/rust-os/boot/x86_64.yaml");
    let spec = spec.replace("is done", "is gone");
    let workflow = include_str!("../../../../examples/rust-os/.github/workflows/ci.yml");
    let workflow = workflow.replace(r#""x86_64", "aarch64", "riscv64""#, r#""x86_64", "riscv64""#);
    let consumer = Consumer::of_example("rust-os").file("boot/x86_64.yaml", &spec);
    let consumer = consumer.file(".github/workflows/ci.yml", &workflow);
    check_same(&consumer, "ci.yml", &["incomplete", "passed"], 1);
}

/// Expressions whose values act and GitHub agree on; each becomes an output.
const EXPRESSIONS: [&str; 23] = [
    "'' == 0",
    "null == ''",
    "true == 1",
    "'A' == 'a'",
    "'0x10' == 16",
    "1 < 2 && 'yes' || 'no'",
    "'' || 'default'",
    "!('x' == 'X')",
    "matrix.arch",
    "matrix.more || 'none'",
    "github.event_name",
    "env.LEVEL",
    "steps.first.outputs.word",
    "steps.first.outcome",
    "steps.nobody.outputs.word",
    "contains('Hello', 'ELL')",
    "contains(fromJSON('[\"push\", \"pull\"]'), github.event_name)",
    "startsWith('Hello', 'he')",
    "endsWith('Hello', 'LO')",
    "format('{0} {{}} {1}', 'a', 2)",
    "join(fromJSON('[1, \"b\"]'), '-')",
    "fromJSON('{\"a\":[7]}').a[0]",
    "toJSON('x')",
];

#[test]
fn expressions_come_to_the_same_here_and_there() {
    let prints = EXPRESSIONS.iter().enumerate();
    let prints = prints.map(|(at, one)| format!("          V{at}: ${{{{ {one} }}}}\n"));
    let workflow = format!(
        "on: push\nenv: {{ LEVEL: workflow }}\njobs:\n  one:\n    runs-on: ubuntu-latest\n    env: {{ LEVEL: job }}\n    \
         strategy:\n      matrix:\n        arch: [x86_64]\n        include:\n          - {{ arch: x86_64, more: of it }}\n    \
         steps:\n      - id: first\n        run: echo word=here >>\"$GITHUB_OUTPUT\"\n      - id: all\n        shell: bash\n        \
         env:\n          LEVEL: step\n{}        run: for ((i = 0; i < {}; i++)); do v=V$i; echo \"v$i=${{!v}}\" >>\"$GITHUB_OUTPUT\"; done\n",
        prints.collect::<String>(),
        EXPRESSIONS.len()
    );
    let (act, own) = both(&with_workflow(&workflow), "own.yml");
    assert!(act.succeeded, "{act:?}");
    assert_eq!(own.code, Some(0), "{}{}", own.stdout, own.stderr);
    for (at, expression) in EXPRESSIONS.iter().enumerate() {
        let name = format!("v{at}");
        assert_eq!(own.outputs(&name), act.outputs(&name), "{expression}");
        assert_eq!(own.outputs(&name).len(), 1, "{expression}");
    }
}

#[test]
fn steps_are_run_or_skipped_here_as_they_are_there() {
    let workflow = "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      \
        - { name: may fail, run: exit 7, continue-on-error: true, id: may }\n      \
        - { name: fails, if: \"steps.may.outcome == 'failure' && steps.may.conclusion == 'success'\", run: exit 1 }\n      \
        - { name: not after a failure, run: echo no }\n      \
        - { name: on failure, if: failure(), run: echo yes }\n      \
        - { name: always, if: \"${{ always() && job.status == 'failure' }}\", run: echo yes }\n      \
        - { name: never, if: cancelled(), run: echo no }\n";
    let (act, own) = both(&with_workflow(workflow), "own.yml");
    assert!(!act.succeeded && own.code == Some(1), "{act:?}{}", own.stdout);
    let ours: Vec<_> =
        own.steps().into_iter().filter(|(_, outcome)| outcome != "skipped").collect();
    let theirs = act.steps().into_iter().filter(|step| step.stage == "Main");
    let theirs: Vec<_> = theirs.map(|step| (step.step, step.result)).collect();
    assert_eq!(
        ours,
        theirs.into_iter().filter(|(_, result)| result != "skipped").collect::<Vec<_>>()
    );
    assert_eq!(ours.len(), 4);
}
