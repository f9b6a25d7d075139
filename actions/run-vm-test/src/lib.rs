//! The recipe of `run-vm-test`: spec, machine, trial, report.

mod inputs;
mod onlooker;
mod output;
mod unfit;

use std::process::ExitCode;

use spec::{Machine, Qemu, Spec};
use trial::{Problem, Report, Trial};

pub use inputs::Inputs;
pub use output::{print_problem, print_report};

/// Runs the action as a program: prints what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    match run(inputs) {
        Ok(Outcome::Planned) => ExitCode::SUCCESS,
        Ok(Outcome::Skipped(why)) => {
            output::print_skipped(&why, inputs.json);
            ExitCode::SUCCESS
        }
        Ok(Outcome::Judged(report)) => {
            print_report(&report, inputs.json, &again(inputs));
            ExitCode::from(report.exit_code())
        }
        Err(problem) => {
            print_problem(&problem);
            ExitCode::from(problem.exit_code())
        }
    }
}

/// What came of it.
enum Outcome {
    /// The plan was printed, and that was all that was asked for.
    Planned,
    /// The host does not offer what the spec requires, and the spec says that this is no fault.
    Skipped(String),
    /// There is a verdict.
    Judged(Box<Report>),
}

fn run(inputs: &Inputs) -> Result<Outcome, Problem> {
    let spec = spec::load(&inputs.spec)?;
    let qemu = qemu(&spec)?;
    if inputs.dry_run {
        output::print_plan(&vm::Qemu::new(qemu).plan()?);
        return Ok(Outcome::Planned);
    }
    if let Some(why) = unfit::reason(&spec, &qemu)? {
        return Ok(Outcome::Skipped(why));
    }
    supervise::RunDir::sweep();
    let mut onlooker = onlooker::Onlooker::new(&spec.name)?;
    let rerun = again(inputs);
    let trial = Trial { spec: &spec, evidence: &inputs.evidence_path, rerun: &rerun };
    let mut machine = || Box::new(vm::Qemu::new(qemu.clone())) as Box<dyn trial::Machine>;
    let report = trial::run(trial, &mut machine, &mut onlooker)?;
    Ok(Outcome::Judged(Box::new(report)))
}

fn qemu(spec: &Spec) -> Result<Qemu, Problem> {
    match &spec.machine {
        Machine::Qemu(qemu) => Ok(Qemu::clone(qemu)),
        _ => Err(Problem::user("this machine cannot be run here").hint("give it a `qemu` machine")),
    }
}

/// The command that does the same again.
fn again(inputs: &Inputs) -> String {
    let paths = [inputs.spec.to_string_lossy(), inputs.evidence_path.to_string_lossy()];
    let [spec, evidence] =
        paths.map(|path| shlex::try_quote(&path).unwrap_or_default().into_owned());
    format!("bootgate run-vm-test --spec {spec} --evidence-path {evidence}")
}
