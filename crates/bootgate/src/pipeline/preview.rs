//! What would be run: for `--dry-run`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ::pipeline::{Contexts, Expression, Instance, Plan, Status, Step, Task, Work};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::around::Around;
use super::glob;
use super::job::{called, left_out};

/// What is known only while a job runs.
const LATER: [&str; 4] = ["env", "job", "runner", "steps"];

/// A plan for people.
#[derive(Serialize)]
pub(crate) struct Preview {
    notes: BTreeSet<String>,
    jobs: Vec<JobPreview>,
}

#[derive(Serialize)]
struct JobPreview {
    name: String,
    matrix: Map<String, Value>,
    /// Whether its condition holds.
    runs: bool,
    steps: Vec<StepPreview>,
}

#[derive(Serialize)]
struct StepPreview {
    name: String,
    /// `run`, `action`, `skip` or `leave out`.
    does: &'static str,
    /// The action with the command that it is, or why there is none.
    what: String,
    /// Its condition, as far as it is not known.
    #[serde(rename = "if")]
    condition: Option<String>,
    with: BTreeMap<String, String>,
}

impl Preview {
    pub(crate) fn of(plan: &Plan, around: &Around) -> Preview {
        let job = |instance: &Instance| {
            let hash_files = |patterns: &[String]| glob::hash(&around.root, patterns);
            let contexts = Contexts {
                roots: &instance.roots,
                status: Status::Success,
                hash_files: &hash_files,
            };
            let Work::Steps(steps) = &instance.job.work else { return Vec::new() };
            steps.iter().map(|one| step(one, &contexts, around)).collect()
        };
        let jobs = plan.jobs.iter().map(|instance| JobPreview {
            name: instance.name.clone(),
            matrix: instance.matrix.iter().cloned().collect(),
            runs: instance.is_wanted,
            steps: job(instance),
        });
        Preview { notes: plan.notes.clone(), jobs: jobs.collect() }
    }

    pub(crate) fn print(&self, json: bool) {
        let text = if json { format!("{:#}", json!(self)) } else { self.to_string() };
        gha::print(&text);
    }
}

fn is_certain(expression: &Expression) -> bool {
    let is_later =
        |path: &Vec<String>| path.first().is_some_and(|root| LATER.contains(&root.as_str()));
    !expression.asks_status() && !expression.paths().iter().any(is_later)
}

fn step(step: &Step, contexts: &Contexts<'_>, around: &Around) -> StepPreview {
    let shown = |template: &pipeline::Template| template.shown(contexts, &is_certain);
    let condition = step.condition.as_ref();
    let is_known =
        condition.is_none_or(|condition| condition.template().expressions().all(is_certain));
    let holds =
        !is_known || condition.is_none_or(|condition| condition.holds(contexts).unwrap_or(true));
    let (does, what, with) = match &step.task {
        _ if !holds => ("skip", "its condition does not hold".to_owned(), BTreeMap::new()),
        Task::Run { script, .. } => ("run", shown(script), BTreeMap::new()),
        Task::Uses { action, with } => match around.action(action) {
            Some(ours) => {
                let with = with.iter().map(|(name, value)| (name.clone(), shown(value)));
                ("action", format!("bootgate {}", ours.name), with.collect())
            }
            None => ("leave out", left_out(action).to_owned(), BTreeMap::new()),
        },
    };
    StepPreview {
        name: step.name.as_ref().map_or_else(|| called(step, shown), shown),
        does,
        what,
        condition: condition.filter(|_| !is_known).map(|condition| shown(condition.template())),
        with,
    }
}

impl fmt::Display for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for job in &self.jobs {
            let skipped = if job.runs { "" } else { " (skipped: its condition does not hold)" };
            writeln!(f, "{}{skipped}", job.name)?;
            for step in &job.steps {
                writeln!(f, "  {:<9}  {}", step.does, step.name)?;
                if let Some(condition) = &step.condition {
                    writeln!(f, "             if: {condition}")?;
                }
                for line in step.what.lines() {
                    writeln!(f, "             {line}")?;
                }
                for (name, value) in &step.with {
                    writeln!(
                        f,
                        "             {name}: {}",
                        value.trim_end().replace('\n', "\n               ")
                    )?;
                }
            }
        }
        Ok(())
    }
}
