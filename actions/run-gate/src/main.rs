//! The action as a program of its own.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

#[derive(Parser)]
#[command(name = "run-gate", version)]
struct Cli {
    #[command(flatten)]
    inputs: run_gate::Inputs,
}

fn main() -> ExitCode {
    gha::program(&Cli::command(), |line| run_gate::main(&Cli::parse_from(line).inputs))
}
