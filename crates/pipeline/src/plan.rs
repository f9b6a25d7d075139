//! What is to be run: a job for each combination of its matrix, and the jobs of the workflows that it calls.

use std::collections::BTreeSet;
use std::sync::Arc;

use problem::Problem;
use serde_json::{Map, Value};

use crate::inputs::inputs;
use crate::matrix::Combination;
use crate::planner::{self, beforehand};
use crate::workflow::{Defaults, Job, Workflow};

/// What somebody asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request<'a> {
    /// The job; not needed where there is only one.
    pub job: Option<&'a str>,
    /// Names and values of the matrix, which leave only the combinations that have them.
    pub matrix: &'a [(String, String)],
    /// The workflow's own inputs.
    pub inputs: &'a [(String, String)],
}

/// What is around the workflow.
pub struct Library<'a> {
    /// Finds a workflow that is called; none where it is a stranger's.
    pub workflow: &'a dyn Fn(&str) -> Result<Option<Workflow>, Problem>,
    /// Finds a secret by its name.
    pub secret: &'a dyn Fn(&str) -> Option<String>,
    /// `github`, `runner`, and whatever else is the same for all jobs.
    pub roots: &'a Map<String, Value>,
}

/// What is to be run, in order.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What is not as it is on a runner.
    pub notes: BTreeSet<String>,
    /// The jobs.
    pub jobs: Vec<Instance>,
}

/// A job with one combination of its matrix.
#[derive(Clone, Debug)]
pub struct Instance {
    /// As people see it, such as `boot / x86_64`.
    pub name: String,
    /// What it does: [`crate::Work::Steps`].
    pub job: Arc<Job>,
    /// The combination, with those of the jobs that call it.
    pub matrix: Combination,
    /// The contexts that do not change while it runs.
    pub roots: Map<String, Value>,
    /// What its steps find in their environment.
    pub env: Vec<(String, String)>,
    /// How `run:` is run where a step does not say.
    pub defaults: Defaults,
    /// How long it may take, in minutes.
    pub timeout: f64,
    /// Whether it may fail.
    pub may_fail: bool,
    /// The matrices whose other combinations are not run once this one has failed.
    pub fail_fast: Vec<usize>,
    /// Whether its own condition, and those of the jobs that call it, hold.
    pub is_wanted: bool,
}

/// Makes the plan of one job of `workflow`.
///
/// # Errors
/// There is no such job, input or combination, or an expression comes to nothing: the user's.
pub fn plan(
    workflow: &Workflow,
    request: Request<'_>,
    library: &Library<'_>,
) -> Result<Plan, Problem> {
    let (name, job) = choose(workflow, request.job).map_err(printable)?;
    let given = request.inputs.iter().map(|(name, text)| (name.clone(), text.as_str().into()));
    let inputs = inputs(workflow, given.collect(), &beforehand(library.roots))
        .map_err(|wrong| Problem::user(wrong).hint("give it with `--input NAME=VALUE`"))
        .map_err(printable)?;
    let plan = planner::plan(library, workflow, name, job, inputs).map_err(printable)?;
    narrow(plan, request.matrix).map_err(printable)
}

/// A workflow may be a stranger's: its control characters never reach a terminal.
fn printable(problem: Problem) -> Problem {
    let escape =
        |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    let text = |text: String| text.chars().map(escape).collect();
    Problem { message: text(problem.message), hint: problem.hint.map(text), ..problem }
}

/// The job that was named, or the only one.
fn choose<'a>(
    workflow: &'a Workflow,
    wanted: Option<&str>,
) -> Result<(&'a str, &'a Arc<Job>), Problem> {
    let named = |name: &str| workflow.jobs.iter().find(|(known, _)| known == name);
    let found = match (wanted, &workflow.jobs[..]) {
        (Some(name), _) => named(name),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    found.map(|(name, job)| (name.as_str(), job)).ok_or_else(|| {
        let known: Vec<String> =
            workflow.jobs.iter().map(|(name, _)| format!("`{name}`")).collect();
        let what = wanted.map_or("no job is named".into(), |name| {
            format!("there is no job {}", spec::quoted(name))
        });
        Problem::user(format!("{}: {what}", workflow.file.display()))
            .hint(format!("give `--job` one of {}", known.join(", ")))
    })
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Leaves only the combinations that have these values.
fn narrow(mut plan: Plan, wanted: &[(String, String)]) -> Result<Plan, Problem> {
    let has = |one: &Instance, (name, value): &(String, String)| {
        one.matrix.iter().any(|(known, is)| known == name && text(is) == *value)
    };
    let all: Vec<String> = plan.jobs.iter().map(|one| shown(&one.matrix)).collect();
    plan.jobs.retain(|one| wanted.iter().all(|pair| has(one, pair)));
    if plan.jobs.is_empty() {
        let wanted: Vec<String> =
            wanted.iter().map(|(name, value)| format!("{name}={value}")).collect();
        return Err(Problem::user(format!(
            "no combination of the matrix has {}",
            spec::quoted(&wanted.join(" "))
        ))
        .hint(format!("there are: {}", all.join("; "))));
    }
    Ok(plan)
}

fn shown(combination: &Combination) -> String {
    let pairs: Vec<String> =
        combination.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
    if pairs.is_empty() { "one without a matrix".to_owned() } else { pairs.join(" ") }
}
