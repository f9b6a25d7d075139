//! The action as a program of its own.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

/// `--version` is an input here; `bootgate --version` says the program's own.
#[derive(Parser)]
#[command(name = "setup-qemu")]
struct Cli {
    #[command(flatten)]
    inputs: setup_qemu::Inputs,
}

fn main() -> ExitCode {
    gha::end_on_panic();
    match gha::command_line(&Cli::command(), std::env::args_os().collect()) {
        Ok(line) => setup_qemu::main(&Cli::parse_from(line).inputs),
        Err(problem) => {
            gha::tell(&problem, None, None);
            ExitCode::from(2)
        }
    }
}
