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
    gha::program(&Cli::command(), |line| setup_qemu::main(&Cli::parse_from(line).inputs))
}
