//! What the post step has to know of a main step that was killed.

use std::sync::Arc;

use gha::{Note, Runner};
use remote::Session;
use remote::ssh::Connection;
use trial::Problem;
use wire::Patience;

use crate::Inputs;
use crate::plan::Plan;

/// The name of the run, as long as something of it may be left.
const STATE: &str = "remote";

/// Leaves word of a run that begins.
pub(crate) fn note(runner: &Runner, plan: &Plan) -> Result<(), Problem> {
    runner.save_state(STATE, &plan.want.run)
}

/// Nothing is left any more.
pub(crate) fn nothing(runner: &Runner) -> Result<(), Problem> {
    runner.save_state(STATE, "-")
}

/// Ends what is left, on whichever host. What cannot be reached ends by itself, and the next run sweeps it.
pub(crate) fn sweep(runner: &Runner, inputs: &Inputs) {
    let Some(run) = runner.state(STATE).filter(|run| *run != "-") else { return };
    let swept = Plan::new(inputs, Some(runner)).map(|plan| {
        for host in &plan.hosts {
            let connection = Connection::open(host, &plan.login, Patience::default());
            let swept = connection.and_then(|it| Session::sweep(&Arc::new(it), &plan.ours, run));
            if let Err(problem) = swept {
                warn(&problem);
            }
        }
    });
    if let Err(problem) = swept {
        warn(&problem);
    }
}

fn warn(problem: &Problem) {
    crate::say(
        Note::Warning(&format!("a host may still hold what was run: {}", problem.message)),
        true,
    );
}
