//! `bootgate judge`: a recorded console.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use spec::{Arch, Spec};
use trial::{Problem, Report};

/// Judge a console that was recorded.
///
/// Without a spec it is searched for crashes alone: a console with a crash is `crashed`, any other is `incomplete`,
/// because nothing in it was asked to prove success. With a spec its rules hold, and its steps are looked for in order.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The boot test whose rules hold: YAML, or a TOML file of ostool's
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,

    /// The guest's ELF file with debug information, for the addresses in its backtraces
    #[arg(long, value_name = "FILE")]
    symbols: Option<PathBuf>,

    /// Print the verdict as JSON on standard output
    #[arg(long)]
    json: bool,

    /// The console: a file of raw bytes such as console.log, or `-` for standard input
    console: PathBuf,
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    match judge(arguments) {
        Ok(report) => {
            // Whoever closed our output does not want to read it.
            let _closed =
                report::print_report(&mut anstream::stdout(), &report, arguments.json, "");
            ExitCode::from(report.exit_code())
        }
        Err(problem) => {
            gha::tell(&problem, None, None);
            ExitCode::from(problem.exit_code())
        }
    }
}

fn judge(arguments: &Arguments) -> Result<Report, Problem> {
    let spec = arguments.spec.as_deref().map(rules).transpose()?;
    let name = spec
        .as_ref()
        .map_or_else(|| arguments.console.to_string_lossy().into_owned(), |spec| spec.name.clone());
    let report = trial::replay(&name, spec.as_ref(), open(&arguments.console)?.as_mut())?;
    let symbols =
        arguments.symbols.as_ref().or(spec.as_ref().and_then(|spec| spec.symbols.as_ref()));
    Ok(report.symbolised(symbols.map(PathBuf::as_path)))
}

/// Nothing is booted, so which processor it would be on does not matter.
fn rules(path: &Path) -> Result<Spec, Problem> {
    run_vm_test::load(path, Some(Arch::X86_64), None).map(|configured| configured.spec)
}

fn open(path: &Path) -> Result<Box<dyn Read>, Problem> {
    if path == Path::new("-") {
        return Ok(Box::new(stdin()));
    }
    let file = File::open(path);
    let file = file.map_err(|error| {
        Problem::user(format!("cannot read the console `{}`: {error}", path.display()))
    })?;
    Ok(Box::new(file))
}
