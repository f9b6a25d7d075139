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
    gha::end_on_panic();
    match gha::command_line(&Cli::command(), std::env::args_os().collect()) {
        Ok(line) => run_gate::main(&Cli::parse_from(line).inputs),
        Err(problem) => {
            gha::tell(&problem, None, None);
            ExitCode::from(2)
        }
    }
}
