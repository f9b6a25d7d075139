//! cargo, run on this workspace.

use std::process::Command;

use crate::failure::Failure;
use crate::{process, project};

/// `cargo` with these arguments, in the workspace's root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Set by the `cargo run` that started us; what we start must not take xtask for its own package.
    command.current_dir(project::root()).env_remove("CARGO_MANIFEST_DIR").args(arguments);
    command
}

/// The same, run to its end on our terminal.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    process::run(&mut cargo(arguments))
}

/// The project's own rules, which are tests of this crate.
pub(crate) fn tidy() -> Result<(), Failure> {
    run(&["test", "--quiet", "--package", "xtask", "--test", "tidy"]).map_err(Failure::into_check)
}
