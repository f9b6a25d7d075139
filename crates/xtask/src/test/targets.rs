//! The targets for which the tests build kernels, in the toolchain of this workspace.

use std::process::Command;

use crate::failure::Failure;
use crate::{process, project};

/// Those of `examples/rust-os`.
const TARGETS: [&str; 3] =
    ["x86_64-unknown-none", "aarch64-unknown-none-softfloat", "riscv64gc-unknown-none-elf"];

/// Adds what is not there yet. Without network when nothing is missing.
pub(crate) fn run() -> Result<(), Failure> {
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add"]).args(TARGETS).current_dir(project::root());
    process::output(&mut rustup)?;
    anstream::eprintln!("   {} targets are there", TARGETS.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_built_for_all_of_them() {
        let file = project::root().join("examples/rust-os/rust-toolchain.toml");
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.contains(&format!("targets = {TARGETS:?}\n")), "{text}");
    }
}
