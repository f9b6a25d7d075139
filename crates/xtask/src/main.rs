//! What `./x` does.

mod apt;
mod bench;
mod cargo;
mod cli;
mod demo;
mod dist;
mod failure;
mod generate;
mod guests;
mod initramfs;
mod lock;
mod mirror;
mod modules;
mod packages;
mod process;
mod progress;
mod project;
mod record;
mod setup;
mod stage;
mod table;
mod test;
mod tools;
mod workflows;

fn main() -> std::process::ExitCode {
    cli::main()
}
