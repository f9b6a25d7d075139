//! What is to be run: a job for each combination of its matrix, and the jobs of the workflows that it calls.

use std::collections::BTreeSet;
use std::sync::Arc;

use problem::Problem;
use serde_json::{Map, Value, json};

use crate::expression::{Contexts, Status};
use crate::matrix::Combination;
use crate::template::Template;
use crate::workflow::{Defaults, Input, Job, Work, Workflow};

/// How deep workflows may call one another, which is GitHub's own limit.
const DEEPEST: usize = 10;

/// How long a job takes at most where it does not say, in minutes: GitHub's own limit.
const LONGEST: f64 = 360.0;

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
    /// What it does: [`Work::Steps`].
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
    let mut planner = Planner { library, plan: Plan::default(), matrices: 0 };
    let roots = Map::from_iter([("inputs".to_owned(), Value::Null)]);
    let inputs = inputs(workflow, given.collect(), &planner.contexts(&roots))
        .map_err(|wrong| Problem::user(wrong).hint("give it with `--input NAME=VALUE`"))?;
    let caller = Caller { inputs, ..Caller::default() };
    planner.add(workflow, name, job, &caller).map_err(printable)?;
    narrow(planner.plan, request.matrix).map_err(printable)
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

impl<'a> Planner<'a> {
    fn contexts<'b>(&self, roots: &'b Map<String, Value>) -> Contexts<'b> {
        Contexts { roots, status: Status::Success, hash_files: &|_| String::new() }
    }

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
        self.tell(name, job);
        let mut roots = self.roots(workflow, job, caller);
        if let Some(Value::Object(github)) = roots.get_mut("github") {
            github.insert("job".into(), name.into());
        }
        let is_wanted = match &job.condition {
            Some(condition) => condition.holds(&self.contexts(&roots))?,
            None => true,
        };
        let fails_fast =
            job.matrix.is_some() && truth(job.fail_fast.as_ref(), true, &self.contexts(&roots))?;
        let combinations = match &job.matrix {
            Some(matrix) => matrix.combinations(&self.contexts(&roots)).map_err(|problem| {
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
            let contexts = self.contexts(&roots);
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
        let contexts = self.contexts(roots);
        let timeout = match &job.timeout {
            Some(timeout) => minutes(timeout, &contexts)?,
            None => LONGEST,
        };
        let env = workflow.env.iter().chain(&job.env);
        let env = env.map(|(name, text)| Ok((name.clone(), text.text(&contexts)?)));
        let or = |own: &Option<Template>, else_: &Option<Template>| {
            own.clone().or_else(|| else_.clone())
        };
        self.plan.jobs.push(Instance {
            name: one.prefix,
            job: Arc::clone(job),
            matrix: one.matrix,
            env: env.collect::<Result<_, Problem>>()?,
            defaults: Defaults {
                shell: or(&job.defaults.shell, &workflow.defaults.shell),
                folder: or(&job.defaults.folder, &workflow.defaults.folder),
            },
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
        let contexts = self.contexts(roots);
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
        let inputs = inputs(&workflow, given, &self.contexts(self.library.roots))
            .map_err(|wrong| uses.problem(wrong))?;
        let caller =
            Caller { prefix: format!("{} / ", one.prefix), inputs, depth: one.depth + 1, ..one };
        for (name, job) in in_order(&workflow.jobs) {
            self.add(&workflow, name, job, &caller)?;
        }
        Ok(())
    }

    /// What a job's expressions can look at before its matrix is known.
    fn roots(&mut self, workflow: &Workflow, job: &Job, caller: &Caller) -> Map<String, Value> {
        let mut roots = self.library.roots.clone();
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

/// The inputs of a workflow by their declarations; what is wrong with what was given, as a fragment.
fn inputs(
    workflow: &Workflow,
    given: Vec<(String, Value)>,
    contexts: &Contexts<'_>,
) -> Result<Map<String, Value>, String> {
    let known: Vec<&str> = workflow.inputs.iter().map(|input| input.name.as_str()).collect();
    if let Some((name, _)) = given.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        return Err(format!("`{}` has no input {}", workflow.name, spec::quoted(name)));
    }
    let value = |input: &Input| {
        let own =
            given.iter().find(|(name, _)| *name == input.name).map(|(_, value)| value.clone());
        let default = || input.default.as_ref().map(|default| default.value(contexts)).transpose();
        let value =
            own.map_or_else(default, |own| Ok(Some(own))).map_err(|problem| problem.message)?;
        if value.is_none() && input.is_required {
            return Err(format!("`{}` needs the input `{}`", workflow.name, input.name));
        }
        Ok((input.name.clone(), typed(input, value)?))
    };
    workflow.inputs.iter().map(value).collect()
}

fn typed(input: &Input, value: Option<Value>) -> Result<Value, String> {
    let wrong = |value: &Value| {
        format!(
            "the input `{}` is no {}: {}",
            input.name,
            input.kind,
            spec::quoted(&value.to_string())
        )
    };
    match (input.kind.as_str(), value) {
        ("boolean", None) => Ok(false.into()),
        ("boolean" | "number", Some(Value::String(text))) => {
            let read: Option<Value> = serde_json::from_str(&text).ok();
            let fits = |value: &Value| {
                if input.kind == "boolean" { value.is_boolean() } else { value.is_number() }
            };
            read.filter(fits).ok_or_else(|| wrong(&text.into()))
        }
        ("boolean", Some(value)) if !value.is_boolean() => Err(wrong(&value)),
        ("number", Some(value)) if !value.is_number() => Err(wrong(&value)),
        ("boolean" | "number", value) => Ok(value.unwrap_or_else(|| 0.into())),
        (_, None) => Ok("".into()),
        (_, Some(Value::String(text))) => Ok(text.into()),
        (_, Some(other)) => Ok(other.to_string().into()),
    }
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

fn minutes(template: &Template, contexts: &Contexts<'_>) -> Result<f64, Problem> {
    let text = template.text(contexts)?;
    let minutes = text.parse().ok().filter(|minutes: &f64| minutes.is_finite() && *minutes > 0.0);
    minutes
        .ok_or_else(|| template.problem(format!("{} is no number of minutes", spec::quoted(&text))))
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

fn text(value: &Value) -> String {
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
