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
    gha::program(&Cli::command(), |line| prune_images::main(&Cli::parse_from(line).inputs))
}
