//! `bootgate pipeline run`: a job of a workflow, on this machine.

mod around;
mod glob;
mod job;
mod outcome;
mod preview;
mod script;
mod step;
mod stop;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use ::pipeline::{Plan, Request, Workflow};
use clap::Args;
use gha::hosted::Log;
use problem::given_text;
use supervise::RunDir;
use trial::Problem;

use around::Around;
use job::World;
use outcome::{JobOutcome, Outcome};
use preview::Preview;
use stop::Stop;

/// Run a job of a workflow on this machine, step by step.
///
/// Steps that `run` something are run in their shell, and bootgate's own actions by this very program, in your checkout as it
/// is. Other actions, such as checkouts, caches and uploads, are left out, and each of them is named. A job with a matrix is
/// run for one combination after another. docs/pipeline.md says what is not as it is on a runner.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The workflow: a file, or its name in .github/workflows
    #[arg(value_name = "WORKFLOW")]
    workflow: PathBuf,

    /// The job, by its name in the file; not needed where there is only one
    #[arg(long, value_name = "NAME")]
    job: Option<String>,

    /// Run only the combinations of the matrix that have this value; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    matrix: Vec<(String, String)>,

    /// An input of the workflow, where it declares any; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    input: Vec<(String, String)>,

    /// What is taken to have happened: `github.event_name`
    #[arg(long, value_name = "NAME", default_value = "push")]
    event: String,

    /// Write the summaries of all steps into this file, as Markdown, in place of printing them
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,

    /// Print what came of it as JSON on standard output; the log goes to standard error
    #[arg(long)]
    json: bool,

    /// Print which steps would be run, with their inputs, and which would not; run nothing
    #[arg(long)]
    dry_run: bool,
}

const EXAMPLES: &str = "\
Examples:
  bootgate pipeline run boot.yml
  bootgate pipeline run .github/workflows/ci.yml --job boot --matrix arch=aarch64
  bootgate pipeline run ci.yml --job boot --dry-run

Exit codes:
  0  every step that counts succeeded
  1  a guest or a script failed
  2  a mistake in the workflow, an input or the command line
  3  infrastructure, or an interruption
It is that of the first step that failed.";

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(crate) fn main(arguments: &Arguments) -> ExitCode {
    gha::exit_code(begin(arguments), None, None)
}

fn begin(arguments: &Arguments) -> Result<u8, Problem> {
    let file = around::find(&arguments.workflow);
    let workflow = Workflow::parse(&given_text(&file)?, &file)?;
    let around = Around::new(&file, &workflow.name, &arguments.event)?;
    let request = Request {
        job: arguments.job.as_deref(),
        matrix: &arguments.matrix,
        inputs: &arguments.input,
    };
    let plan = around.plan(&workflow, request)?;
    if arguments.dry_run {
        Preview::of(&plan, &around).print(arguments.json);
        return Ok(0);
    }
    let stop = Stop::listen()?;
    let to: Box<dyn std::io::Write + Send> =
        if arguments.json { Box::new(anstream::stderr()) } else { Box::new(anstream::stdout()) };
    let mut log = Log::new(to);
    around.secrets().iter().for_each(|secret| log.hide(secret));
    plan.notes.iter().for_each(|note| log.say(&format!("note: {note}")));
    let log = Mutex::new(log).into();
    let outcome = run(&plan, &around, &stop, &log)?;
    show(&outcome, arguments, &log)?;
    stop.over(outcome.exit_code())
}

fn run(
    plan: &Plan,
    around: &Around,
    stop: &Stop,
    log: &Arc<Mutex<Log>>,
) -> Result<Outcome, Problem> {
    RunDir::sweep();
    let folder = RunDir::create().map_err(|error| {
        Problem::infrastructure(format!("cannot make a folder for the run: {error}"))
    })?;
    let world = World { around, stop, folder: folder.path(), log };
    let mut jobs: Vec<JobOutcome> = Vec::new();
    let mut failed = Vec::new();
    for instance in &plan.jobs {
        let job = world.run(instance, &failed)?;
        if job.counts_as_failed() {
            failed.extend(&instance.fail_fast);
        }
        jobs.push(job);
    }
    Ok(Outcome { jobs, notes: plan.notes.clone() })
}

/// Whatever steps have written is shown without what is to be hidden.
fn show(outcome: &Outcome, arguments: &Arguments, log: &Mutex<Log>) -> Result<(), Problem> {
    let log = log.lock().unwrap_or_else(PoisonError::into_inner);
    let summary = log.hidden(&outcome.summary());
    let mut text = if arguments.json { outcome.json() } else { outcome.to_string() };
    match &arguments.summary {
        Some(file) => std::fs::write(file, &summary).map_err(Problem::path("write", file))?,
        None if !arguments.json && !summary.is_empty() => {
            text = format!("== summary\n{}{text}", gha::neutralise(summary.as_bytes()));
        }
        None => {}
    }
    gha::print(&log.hidden(&text));
    Ok(())
}
