//! The multi-call program: every action, and the commands for people.

mod cli;
mod completions;
mod doctor;
mod judge;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::Cli::parse().command {
        cli::Command::RunVmTest(inputs) => run_vm_test::main(&inputs),
        cli::Command::Judge(arguments) => judge::main(&arguments),
        cli::Command::Doctor(arguments) => doctor::main(&arguments),
        cli::Command::Completions(arguments) => completions::main(&arguments),
    }
}
