//! The multi-call program: every action, and the commands for people.

mod channels;
mod cli;
mod completions;
mod describe;
mod doctor;
mod grow;
mod image_diff;
mod init;
mod inspect;
mod judge;
mod pipeline;
mod policy_check;
mod spec_check;

fn main() -> std::process::ExitCode {
    cli::main()
}
