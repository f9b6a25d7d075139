//! From a job to what is to be run: its combinations, and the jobs of the workflows that it calls.

use std::sync::Arc;

use problem::Problem;
use serde_json::{Map, Value, json};

use crate::expression::{Contexts, Status};
use crate::inputs::inputs;
use crate::matrix::Combination;
use crate::plan::{Instance, Library, Plan, text};
use crate::template::Template;
use crate::workflow::{Job, Work, Workflow};

/// How deep workflows may call one another, which is GitHub's own limit.
const DEEPEST: usize = 10;

/// How many jobs a plan may have, and how many jobs may call workflows in it.
const MOST: usize = 1024;

/// How long a job takes at most where it does not say, in minutes: GitHub's own limit.
const LONGEST: f64 = 360.0;

/// Makes the plan of a job.
pub(crate) fn plan(
    library: &Library<'_>,
    workflow: &Workflow,
    name: &str,
    job: &Arc<Job>,
    inputs: Map<String, Value>,
) -> Result<Plan, Problem> {
    let mut planner = Planner { library, plan: Plan::default(), matrices: 0 };
    planner.add(workflow, name, job, &Caller { inputs, ..Caller::default() })?;
    Ok(planner.plan)
}

/// What an expression sees before anything has been run.
pub(crate) fn beforehand(roots: &Map<String, Value>) -> Contexts<'_> {
    Contexts { roots, status: Status::Success, hash_files: &|_| String::new() }
}

/// What a job has from the one that calls it.
#[derive(Clone, Default)]
struct Caller {
    prefix: String,
    inputs: Map<String, Value>,
    matrix: Combination,
    fail_fast: Vec<usize>,
    may_fail: bool,
    is_left_out: bool,
    depth: usize,
}

struct Planner<'a> {
    library: &'a Library<'a>,
    plan: Plan,
    matrices: usize,
}

impl Planner<'_> {
    fn note(&mut self, note: String) {
        self.plan.notes.insert(note);
    }

    fn add(
        &mut self,
        workflow: &Workflow,
        name: &str,
        job: &Arc<Job>,
        caller: &Caller,
    ) -> Result<(), Problem> {
        if self.matrices.max(self.plan.jobs.len()) > MOST {
            return Err(Problem::user(format!(
                "{}: this becomes more than {MOST} jobs",
                workflow.file.display()
            )));
        }
        self.tell(name, job);
        let mut roots = self.roots(workflow, name, job, caller);
        let is_wanted = match &job.condition {
            Some(condition) => condition.holds(&beforehand(&roots))?,
            None => true,
        };
        let fails_fast =
            job.matrix.is_some() && truth(job.fail_fast.as_ref(), true, &beforehand(&roots))?;
        let combinations = match &job.matrix {
            Some(matrix) => matrix.combinations(&beforehand(&roots)).map_err(|problem| {
                let place =
                    format!("{}: job `{name}`: {}", workflow.file.display(), problem.message);
                Problem { message: place, ..problem }
            })?,
            None => vec![Vec::new()],
        };
        self.matrices += 1;
        let total = combinations.len();
        for (index, combination) in combinations.into_iter().enumerate() {
            roots.insert("matrix".into(), Value::Object(combination.iter().cloned().collect()));
            roots.insert("strategy".into(), json!({ "fail-fast": fails_fast, "job-index": index, "job-total": total, "max-parallel": 1 }));
            let contexts = beforehand(&roots);
            let mut one = caller.clone();
            one.fail_fast.extend(fails_fast.then_some(self.matrices));
            one.may_fail |= truth(job.continue_on_error.as_ref(), false, &contexts)?;
            one.is_left_out |= !is_wanted;
            one.prefix = format!("{}{}", caller.prefix, title(name, job, &combination, &contexts)?);
            one.matrix.extend(combination);
            match &job.work {
                Work::Steps(_) => self.push(workflow, job, one, &roots)?,
                Work::Calls { uses, with } => self.enter(uses, with, one, &roots)?,
            }
        }
        Ok(())
    }

    fn push(
        &mut self,
        workflow: &Workflow,
        job: &Arc<Job>,
        one: Caller,
        roots: &Map<String, Value>,
    ) -> Result<(), Problem> {
        let contexts = beforehand(roots);
        let timeout = match &job.timeout {
            Some(timeout) => timeout.minutes(&contexts)?,
            None => LONGEST,
        };
        let env = workflow.env.iter().chain(&job.env);
        let env = env.map(|(name, text)| Ok((name.clone(), text.text(&contexts)?)));
        self.plan.jobs.push(Instance {
            name: one.prefix,
            job: Arc::clone(job),
            matrix: one.matrix,
            env: env.collect::<Result<_, Problem>>()?,
            defaults: job.defaults.or(&workflow.defaults),
            timeout,
            may_fail: one.may_fail,
            fail_fast: one.fail_fast,
            is_wanted: !one.is_left_out,
            roots: roots.clone(),
        });
        Ok(())
    }

    /// Goes into the workflow that a job calls: all of its jobs, those that are needed first.
    fn enter(
        &mut self,
        uses: &Template,
        with: &[(String, Template)],
        one: Caller,
        roots: &Map<String, Value>,
    ) -> Result<(), Problem> {
        let contexts = beforehand(roots);
        let called = uses.text(&contexts)?;
        if one.depth >= DEEPEST {
            return Err(uses.problem(format!(
                "`{called}`: workflows that call one another more than {DEEPEST} deep"
            )));
        }
        let workflow = (self.library.workflow)(&called)?.ok_or_else(|| {
            let stranger = uses.problem(format!("`{called}` cannot be entered"));
            stranger.hint("only workflows of this checkout can, and those of bootgate's own, which are part of this program")
        })?;
        let given = with.iter().map(|(name, value)| Ok((name.clone(), value.value(&contexts)?)));
        let given = given.collect::<Result<Vec<_>, Problem>>()?;
        let inputs = inputs(&workflow, given, &beforehand(self.library.roots))
            .map_err(|wrong| uses.problem(wrong))?;
        let caller =
            Caller { prefix: format!("{} / ", one.prefix), inputs, depth: one.depth + 1, ..one };
        for (name, job) in in_order(&workflow.jobs) {
            self.add(&workflow, name, job, &caller)?;
        }
        Ok(())
    }

    /// What a job's expressions can look at before its matrix is known.
    fn roots(
        &mut self,
        workflow: &Workflow,
        name: &str,
        job: &Job,
        caller: &Caller,
    ) -> Map<String, Value> {
        let mut roots = self.library.roots.clone();
        if let Some(Value::Object(github)) = roots.get_mut("github") {
            github.insert("job".into(), name.into());
        }
        let (mut secrets, mut vars) = (Map::new(), Map::new());
        for path in workflow.paths.iter().chain(&job.paths) {
            let [root, name, ..] = &path[..] else { continue };
            match root.as_str() {
                "secrets" => {
                    let name = name.to_uppercase();
                    let secret = (self.library.secret)(&name);
                    if secret.is_none() {
                        self.note(format!(
                            "`secrets.{name}` is empty: the environment has no `{name}`"
                        ));
                    }
                    secrets.insert(name, secret.unwrap_or_default().into());
                }
                "vars" => {
                    self.note(format!("`vars.{name}` is empty"));
                    vars.insert(name.clone(), Value::Null);
                }
                "github"
                    if roots.get("github").is_some_and(|github| github.get(name).is_none()) =>
                {
                    self.note(format!("`github.{name}` is empty"));
                }
                _ => {}
            }
        }
        let needs = job
            .needs
            .iter()
            .map(|name| (name.clone(), json!({ "result": "success", "outputs": {} })));
        let of_this_job = [
            ("secrets", secrets),
            ("vars", vars),
            ("inputs", caller.inputs.clone()),
            ("needs", needs.collect()),
        ];
        roots.extend(of_this_job.map(|(name, map)| (name.to_owned(), Value::Object(map))));
        roots
    }

    /// What of a job is not as it is on a runner.
    fn tell(&mut self, name: &str, job: &Job) {
        if !job.needs.is_empty() {
            let needs: Vec<String> = job.needs.iter().map(|need| format!("`{need}`")).collect();
            self.note(format!(
                "`{name}` needs {}, taken to have succeeded; their outputs are empty",
                needs.join(", ")
            ));
        }
        for key in &job.left_out {
            self.note(format!("`{key}` of `{name}` is left out"));
        }
    }
}

/// Each job behind those that it needs; as they stand where that cannot be.
fn in_order(jobs: &[(String, Arc<Job>)]) -> Vec<(&str, &Arc<Job>)> {
    let (mut done, mut rest) = (Vec::new(), jobs.iter().collect::<Vec<_>>());
    while !rest.is_empty() {
        let is_ready = |job: &Job| !rest.iter().any(|(name, _)| job.needs.contains(name));
        let next = rest.iter().position(|(_, job)| is_ready(job)).unwrap_or(0);
        let (name, job) = rest.remove(next);
        done.push((name.as_str(), job));
    }
    done
}

fn truth(
    template: Option<&Template>,
    default: bool,
    contexts: &Contexts<'_>,
) -> Result<bool, Problem> {
    let Some(template) = template else { return Ok(default) };
    template
        .value(contexts)?
        .as_bool()
        .ok_or_else(|| template.problem("expected `true` or `false`"))
}

/// As GitHub shows it: its own name, or that in the file with the values of the matrix.
fn title(
    name: &str,
    job: &Job,
    combination: &Combination,
    contexts: &Contexts<'_>,
) -> Result<String, Problem> {
    match &job.name {
        Some(name) => Ok(name.text(contexts)?.trim().to_owned()),
        None if combination.is_empty() => Ok(name.to_owned()),
        None => {
            let values: Vec<String> = combination.iter().map(|(_, value)| text(value)).collect();
            Ok(format!("{name} ({})", values.join(", ")))
        }
    }
}
