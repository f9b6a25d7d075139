//! The action as a program of its own.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

#[derive(Parser)]
#[command(name = "promote-image", version)]
struct Cli {
    #[command(flatten)]
    inputs: promote_image::Inputs,
}

fn main() -> ExitCode {
    gha::program(&Cli::command(), |line| promote_image::main(&Cli::parse_from(line).inputs))
}
