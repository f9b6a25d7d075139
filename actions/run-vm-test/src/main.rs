//! The action as a program of its own.

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "run-vm-test", version)]
struct Cli {
    #[command(flatten)]
    inputs: run_vm_test::Inputs,
}

fn main() -> ExitCode {
    run_vm_test::main(&Cli::parse().inputs)
}
