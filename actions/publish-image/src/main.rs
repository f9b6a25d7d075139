//! The action as a program of its own.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

#[derive(Parser)]
#[command(name = "publish-image", version)]
struct Cli {
    #[command(flatten)]
    inputs: publish_image::Inputs,
}

fn main() -> ExitCode {
    gha::program(&Cli::command(), |line| publish_image::main(&Cli::parse_from(line).inputs))
}
