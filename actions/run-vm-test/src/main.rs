//! The action as a program of its own.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

#[derive(Parser)]
#[command(name = "run-vm-test", version)]
struct Cli {
    #[command(flatten)]
    inputs: run_vm_test::Inputs,
}

fn main() -> ExitCode {
    gha::program(&Cli::command(), |line| run_vm_test::main(&Cli::parse_from(line).inputs))
}
