//! The action as a program of its own.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

#[derive(Parser)]
#[command(name = "prune-images", version)]
struct Cli {
    #[command(flatten)]
    inputs: prune_images::Inputs,
}

fn main() -> ExitCode {
    match gha::command_line(&Cli::command(), std::env::args_os().collect()) {
        Ok(line) => prune_images::main(&Cli::parse_from(line).inputs),
        Err(problem) => {
            gha::tell(&problem, None, None);
            ExitCode::from(2)
        }
    }
}
