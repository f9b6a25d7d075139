//! The action as a program of its own.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

#[derive(Parser)]
#[command(name = "build-disk-image", version)]
struct Cli {
    #[command(flatten)]
    inputs: build_disk_image::Inputs,
}

fn main() -> ExitCode {
    gha::program(&Cli::command(), |line| build_disk_image::main(&Cli::parse_from(line).inputs))
}
