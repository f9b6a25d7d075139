//! Who may use a host, and what must not be seen.

use gha::{Note, Runner};
use trial::Problem;

use crate::Inputs;

/// Has the runner hide every secret before it is used.
pub(crate) fn hide(inputs: &Inputs, runner: Option<&Runner>) {
    let secrets = [&inputs.ssh_key, &inputs.password, &inputs.github_token];
    let values = inputs.secrets.iter().filter_map(|secret| secret.split_once('='));
    let all =
        secrets.into_iter().flatten().map(String::as_str).chain(values.map(|(_, value)| value));
    all.for_each(|secret| crate::say(Note::Secret(secret), runner.is_some()));
}

/// Refuses a foreign change that nobody has looked at: what it builds runs on a machine that stays.
pub(crate) fn check(runner: &Runner, inputs: &Inputs) -> Result<(), Problem> {
    let Some(foreign) = runner.foreign()? else { return Ok(()) };
    let whose = format!("the change `{}` is of `{}`", foreign.commit, foreign.repository);
    let Some(environment) = &inputs.approval else {
        return Err(Problem::user(format!("{whose}, and nobody has approved it"))
            .hint("on a host whose next job finds what it leaves, run it only when a reviewer has: name the job's environment in `approval`"));
    };
    let token = inputs.github_token.as_deref().unwrap_or_default();
    match runner.is_approved(environment, token)? {
        true => Ok(()),
        false => {
            Err(Problem::user(format!("{whose}, and nobody approved this run for `{environment}`"))
                .hint("give the job that `environment`, with required reviewers"))
        }
    }
}
