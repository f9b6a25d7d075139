//! The recipe of `run-remote-test`: inputs, hosts, the test there, the report here.

mod guard;
mod inputs;
mod left;
mod plan;
mod sight;

use std::process::ExitCode;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use gha::{Note, Outputs, Runner};
use remote::{Done, Test};
use report::{Onlooker, Shown};
use trial::{Problem, Report, Signal, Signals, Watcher};

pub use inputs::{Inputs, OUTPUTS};
use plan::Plan;
use sight::Sight;

/// No verdict of a host is larger, in bytes.
const LARGEST_VERDICT: u64 = 64 << 20;

/// Runs the action as a program, on a runner or on a terminal: shows what came of it and gives the exit code.
pub fn main(inputs: &Inputs) -> ExitCode {
    let runner = Runner::from_env();
    let outcome = run(inputs, runner.as_ref());
    gha::exit_code(outcome, runner.as_ref(), Some(&inputs.spec))
}

/// Ends what a main step left on a host, as far as that can still be reached.
pub fn post(inputs: &Inputs) -> ExitCode {
    if let Some(runner) = Runner::from_env() {
        report::post(&runner);
        left::sweep(&runner, inputs);
    }
    ExitCode::SUCCESS
}

fn run(inputs: &Inputs, runner: Option<&Runner>) -> Result<u8, Problem> {
    guard::hide(inputs, runner);
    runner.map_or(Ok(()), |runner| guard::check(runner, inputs))?;
    let plan = Plan::new(inputs, runner)?;
    runner.map_or(Ok(()), |runner| left::note(runner, &plan))?;
    let onlooker = Onlooker::new(&plan.name, runner, None)?;
    let (host, done) = test(inputs, &plan, onlooker, runner)?;
    if let Some(runner) = runner {
        Outputs::new(runner, &OUTPUTS).set("host", &host)?;
        left::nothing(runner)?;
    }
    match done {
        Done::Ready => Ok(0),
        Done::Tested => show(inputs, &plan, runner),
        Done::Failed(why) => {
            gha::tell(&Problem::user(format!("on `{host}`: {why}")), runner, None);
            Ok(1)
        }
        Done::Skipped(why) => {
            report::skipped("run-remote-test", &why, inputs.json, runner);
            Ok(0)
        }
    }
}

/// Has a host do it, while we look on.
fn test(
    inputs: &Inputs,
    plan: &Plan,
    mut onlooker: Onlooker,
    runner: Option<&Runner>,
) -> Result<(String, Done), Problem> {
    let (signals, heard) = Signals::channel();
    onlooker.listen(signals);
    let test = Test {
        hosts: &plan.hosts,
        login: &plan.login,
        ours: &plan.ours,
        want: &plan.want,
        root: &plan.root,
        sync: &plan.sync,
        keep: &plan.keep,
        secrets: &plan.secrets,
        before: &plan.before,
        arguments: (!inputs.doctor).then_some(plan.arguments.as_slice()),
        evidence: &inputs.evidence_path,
    };
    let (start, on_runner) = (Instant::now(), runner.is_some());
    let mut sight = Sight { onlooker, start, on_runner, in_test: false };
    let ran = test.run(&|| is_interrupted(&heard), &mut |told| sight.tell(&told));
    ran.map(|(host, done)| (host.to_string(), done))
}

fn is_interrupted(heard: &Receiver<(Instant, Signal)>) -> bool {
    heard.try_recv().is_ok_and(|(_, signal)| matches!(signal, Signal::Interrupted(_)))
}

/// Shows what the host says of the guest as if it had run here.
fn show(inputs: &Inputs, plan: &Plan, runner: Option<&Runner>) -> Result<u8, Problem> {
    let path = inputs.evidence_path.join("verdict.json");
    let size = std::fs::metadata(&path).map_err(Problem::path("read", &path))?.len();
    if size > LARGEST_VERDICT {
        return Err(Problem::infrastructure(format!("the host's verdict has {size} bytes")));
    }
    let text = std::fs::read(&path).map_err(Problem::path("read", &path))?;
    let report: Report = serde_json::from_slice(&text)
        .map_err(|error| Problem::infrastructure(format!("the host's verdict is none: {error}")))?;
    let (spec, evidence) = (Some(inputs.spec.as_path()), inputs.evidence_path.as_path());
    let shown = Shown { spec, evidence, again: &plan.again, json: inputs.json };
    shown.report(&report, runner)?;
    Ok(report.exit_code())
}

/// Says something as all our actions do.
fn say(note: Note<'_>, on_runner: bool) {
    note.print(on_runner);
}
