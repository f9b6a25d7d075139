//! The commands of `./x`.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::failure::Failure;
use crate::packages::Purpose;
use crate::{bench, cargo, demo, dist, generate, guests, record, setup, test, tools, workflows};

/// Everything one does with this repository, from a fresh machine on.
#[derive(Parser)]
#[command(bin_name = "./x", version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Boot three kernels and a panicking one, and show the verdicts
    Demo,
    /// Check format, lints and rules, and run every test
    Test {
        /// Also run what takes longer than a few minutes
        #[arg(long)]
        slow: bool,
        /// Run only the tests whose name contains this
        filter: Option<String>,
    },
    /// Check the project's own rules: budgets, directions, words
    Tidy,
    /// Write the generated files anew: the schemas in docs/
    Generate,
    /// Fetch the kernels that the tests and the demo boot into target/guests/
    Guests,
    /// Install a small Debian with systemd into target/guests/os/, for the tests of whole systems
    Os,
    /// Boot guests that crash, and guests that do not, and keep their consoles for the judge's tests
    Record {
        /// Record only the scenarios whose name contains this
        #[arg(long, value_name = "NAME")]
        only: Option<String>,
        /// Where the consoles go, if not where the tests look
        #[arg(long, value_name = "DIR")]
        into: Option<std::path::PathBuf>,
        /// Boot nothing: have the judge fill in the heads of what is there anew
        #[arg(long)]
        update: bool,
    },
    /// Fetch act, node, actionlint, zizmor, crane, regctl and cosign, which the tests need, into target/tools/
    Tools,
    /// Check the actions and the workflows, ours and the examples'
    Workflows,
    /// Measure
    Bench {
        /// What
        #[arg(value_enum)]
        what: bench::What,
    },
    /// Build the programs of a release, static and the same bit for bit, into dist/bin/
    Dist(dist::Wanted),
    /// Install the packages that the commands need
    Setup {
        /// For which command
        #[arg(value_enum, default_value = "test")]
        purpose: Purpose,
    },
}

/// Reads the command line, does what it says and turns the outcome into an exit code.
pub(crate) fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Some(Command::Demo) => demo::run(),
        Some(Command::Test { slow, filter }) => test::run(slow, filter.as_deref()),
        Some(Command::Tidy) => cargo::tidy(),
        Some(Command::Generate) => generate::run(),
        Some(Command::Guests) => guests::run().map(drop),
        Some(Command::Os) => guests::os::run().map(drop),
        Some(Command::Record { update: true, .. }) => record::update(),
        Some(Command::Record { only, into, .. }) => record::run(only.as_deref(), into.as_deref()),
        Some(Command::Tools) => tools::run().map(drop),
        Some(Command::Workflows) => workflows::lint(),
        Some(Command::Bench { what }) => bench::run(what),
        Some(Command::Dist(wanted)) => dist::run(&wanted),
        Some(Command::Setup { purpose }) => setup::run(purpose),
        None => Cli::command().print_help().map_err(|error| Failure::host(error.to_string())),
    }
}
