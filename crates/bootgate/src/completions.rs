//! `bootgate completions`.

use std::io::stdout;
use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

/// Print completions for a shell.
///
/// For example, for bash: bootgate completions bash > ~/.local/share/bash-completion/completions/bootgate
#[derive(Args)]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    clap_complete::generate(
        arguments.shell,
        &mut crate::cli::definition(),
        "bootgate",
        &mut stdout(),
    );
    ExitCode::SUCCESS
}
