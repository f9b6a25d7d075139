//! The action as a program of its own.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

#[derive(Parser)]
#[command(name = "setup-guest-image", version)]
struct Cli {
    #[command(flatten)]
    inputs: setup_guest_image::Inputs,
}

fn main() -> ExitCode {
    gha::program(&Cli::command(), |line| setup_guest_image::main(&Cli::parse_from(line).inputs))
}
