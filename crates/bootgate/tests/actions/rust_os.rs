//! The example of a Rust kernel, run by act as its owners would have it run.

use testkit::act::{Consumer, Run};

use crate::program::bootgate;
use crate::rustup::Rustup;

const TESTS: &str = "src/tests.rs";

/// What the last of the kernel's tests begins with.
const LAST: &str = "fn arithmetic_of_64_bits_is_whole() {\n";

fn run(example: &Consumer) -> Run {
    let (release, rustup) = (bootgate(), Rustup::with("given"));
    let act = rustup.surround(example.act(&release, "ci.yml"));
    // In the place of the toolchain that the example names, and that nobody has installed there.
    act.env("RUSTUP_TOOLCHAIN", "given").run()
}

/// The example, whose last test does this first, on the line that is given, too.
fn with_a_test_that(does: &str) -> (Consumer, String) {
    let consumer = Consumer::of_example("rust-os");
    let consumer = consumer.edit(TESTS, LAST, &format!("{LAST}        {does}\n"));
    let text = std::fs::read_to_string(consumer.path().join(TESTS)).expect("the tests");
    let line = text.lines().position(|line| line.trim() == does).expect("the line") + 1;
    (consumer, line.to_string())
}

/// The titles of errors, with their places. act, unlike a runner, begins their texts after the last `::`.
fn errors(run: &Run) -> Vec<(String, String, String)> {
    let errors = run.annotations().into_iter().filter(|annotation| annotation.level == "error");
    errors.map(|error| (error.file, error.line, error.title)).collect()
}

#[test]
fn the_rust_kernel_is_built_and_passes_on_each_architecture_as_it_stands() {
    let run = run(&Consumer::of_example("rust-os"));
    assert!(run.succeeded, "{run:?}");
    assert_eq!(run.results("actions/run-vm-test", "Main"), ["success"; 3], "{run:?}");
    assert_eq!(run.outputs("verdict"), ["passed"; 3], "{run:?}");
    assert_eq!(errors(&run), [], "{run:?}");
}

#[test]
fn a_rust_kernel_whose_test_panics_is_red_at_that_line_on_each_architecture() {
    let (example, line) = with_a_test_that("panic!(\"out of pages\");");
    let run = run(&example);
    assert!(!run.succeeded, "{run:?}");
    assert_eq!(run.results("actions/run-vm-test", "Main"), ["failure"; 3], "{run:?}");
    assert_eq!(run.outputs("verdict"), ["crashed"; 3], "{run:?}");
    let errors = errors(&run);
    let there = errors.iter().filter(|(file, at, title)| {
        file == TESTS && *at == line && title.contains("panicked at src/tests.rs: out of pages")
    });
    assert_eq!(there.count(), 3, "{errors:?} {run:?}");
}

#[test]
fn a_rust_kernel_whose_test_hangs_is_red_on_each_architecture() {
    let (example, _) = with_a_test_that("loop {}");
    let shorter = |example: Consumer, arch| {
        example.edit(&format!("boot/{arch}.yaml"), "silence: 10s", "silence: { kvm: 5s, tcg: 5s }")
    };
    let run = run(&["x86_64", "aarch64", "riscv64"].into_iter().fold(example, shorter));
    assert!(!run.succeeded, "{run:?}");
    assert_eq!(run.results("actions/run-vm-test", "Main"), ["failure"; 3], "{run:?}");
    assert_eq!(run.outputs("verdict"), ["hung"; 3], "{run:?}");
    let last = "# tests::arithmetic_of_64_bits_is_whole";
    assert_eq!(run.summary().matches(last).count(), 3, "{run:?}");
}
