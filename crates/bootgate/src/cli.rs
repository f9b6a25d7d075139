//! The commands.

use clap::{Parser, Subcommand};

use crate::{completions, doctor, judge};

/// Boots kernels, hypervisors and OS images, judges them, and says whether they passed.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes of every command:
  0  passed, or done
  1  the guest's fault: failed, crashed, hung or incomplete
  2  a mistake in the command line or in a file, with its line and column
  3  infrastructure: the host, the network, an interruption; never the guest's fault, and never green

Begin with `bootgate doctor`, which says what this host can run.";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Boot a guest by a spec, judge its console, and leave the evidence
    RunVmTest(run_vm_test::Inputs),
    /// Judge a console that was recorded
    Judge(judge::Arguments),
    /// Say what this host can run, and prove it by running guest code
    Doctor(doctor::Arguments),
    /// Print completions for a shell
    Completions(completions::Arguments),
}
