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
    gha::end_on_panic();
    match gha::command_line(&Cli::command(), std::env::args_os().collect()) {
        Ok(line) => publish_image::main(&Cli::parse_from(line).inputs),
        Err(problem) => {
            gha::tell(&problem, None, None);
            ExitCode::from(2)
        }
    }
}
