//! The example of a Rust kernel, run by act as its owners would have it run.

use testkit::act::Consumer;

use crate::local_test::{rustup, with_rustup};
use crate::program::bootgate;

#[test]
fn the_rust_kernel_is_built_and_passes_on_each_architecture_as_it_stands() {
    let (example, release, rustup) = (Consumer::of_example("rust-os"), bootgate(), rustup());
    let act = with_rustup(example.act(&release, "ci.yml"), &rustup);
    // In the place of the toolchain that the example names, and that nobody has installed there.
    let run = act.env("RUSTUP_TOOLCHAIN", "given").run();
    assert!(run.succeeded, "{run:?}");
    assert_eq!(run.results("actions/run-vm-test", "Main"), ["success"; 3], "{run:?}");
    assert_eq!(run.outputs("verdict"), ["passed"; 3], "{run:?}");
    let errors = run.annotations().into_iter().filter(|annotation| annotation.level == "error");
    assert_eq!(errors.count(), 0, "{run:?}");
}
