//! A workflow file: its jobs and their steps, with every expression parsed.

use std::path::Path;
use std::sync::Arc;

use problem::Problem;
use serde_json::Value;
use spec::Node;

use crate::matrix::Tree;
use crate::reader::Reader;
use crate::template::{Condition, Template};

/// A workflow.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// The file that it was read from.
    pub file: Arc<Path>,
    /// Its name, or else the file's.
    pub name: String,
    /// What each job finds in its environment.
    pub env: Vec<(String, Template)>,
    /// For each job.
    pub defaults: Defaults,
    /// What `workflow_call` or `workflow_dispatch` declares.
    pub inputs: Vec<Input>,
    /// By their names in the file, in its order.
    pub jobs: Vec<(String, Arc<Job>)>,
    /// What the expressions outside of jobs look at.
    pub(crate) paths: Vec<Vec<String>>,
}

/// How `run:` is run where a step does not say.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// Such as `bash`.
    pub shell: Option<Template>,
    /// A folder of the checkout.
    pub folder: Option<Template>,
}

impl Defaults {
    /// These, and the others where these say nothing.
    #[must_use]
    pub fn or(&self, others: &Defaults) -> Defaults {
        let or = |own: &Option<Template>, other: &Option<Template>| own.clone().or(other.clone());
        Defaults { shell: or(&self.shell, &others.shell), folder: or(&self.folder, &others.folder) }
    }
}

/// Something that a workflow is given.
#[derive(Clone, Debug)]
pub struct Input {
    /// As it stands in `inputs.<name>`.
    pub name: String,
    /// `string`, `boolean`, `number`, `choice` or `environment`.
    pub kind: String,
    /// Whether it has to be given.
    pub is_required: bool,
    /// What holds without.
    pub default: Option<Template>,
}

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// As people see it.
    pub name: Option<Template>,
    /// The jobs that come before it.
    pub needs: Vec<String>,
    /// Its `if:`.
    pub condition: Option<Condition>,
    /// What its steps find in their environment.
    pub env: Vec<(String, Template)>,
    /// For its steps.
    pub defaults: Defaults,
    /// In minutes.
    pub timeout: Option<Template>,
    /// Whether it may fail.
    pub continue_on_error: Option<Template>,
    /// Whether the first combination that fails ends the others; it does unless it is said.
    pub fail_fast: Option<Template>,
    pub(crate) matrix: Option<Tree>,
    /// What it does.
    pub work: Work,
    /// What its expressions look at.
    pub(crate) paths: Vec<Vec<String>>,
    /// The keys that mean something only on a runner.
    pub(crate) left_out: Vec<&'static str>,
}

/// What a job does.
#[derive(Clone, Debug)]
pub enum Work {
    /// Its own steps.
    Steps(Vec<Step>),
    /// Another workflow's jobs.
    Calls {
        /// As it stands behind `uses:`, with its place.
        uses: Template,
        /// What that is given.
        with: Vec<(String, Template)>,
    },
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// As later steps call it.
    pub id: Option<String>,
    /// As people see it.
    pub name: Option<Template>,
    /// Its `if:`.
    pub condition: Option<Condition>,
    /// What it alone finds in its environment.
    pub env: Vec<(String, Template)>,
    /// Whether it may fail.
    pub continue_on_error: Option<Template>,
    /// In minutes.
    pub timeout: Option<Template>,
    /// What it does.
    pub task: Task,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum Task {
    /// A script.
    Run {
        /// Its text.
        script: Template,
        /// How it is run where it says so.
        own: Defaults,
    },
    /// An action.
    Uses {
        /// As it stands behind `uses:`.
        action: String,
        /// Its inputs.
        with: Vec<(String, Template)>,
    },
}

const OF_A_WORKFLOW: [&str; 8] =
    ["name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"];

const OF_A_JOB: [&str; 19] = [
    "name",
    "permissions",
    "needs",
    "if",
    "runs-on",
    "environment",
    "concurrency",
    "outputs",
    "env",
    "defaults",
    "steps",
    "timeout-minutes",
    "strategy",
    "continue-on-error",
    "container",
    "services",
    "uses",
    "with",
    "secrets",
];

const OF_A_STEP: [&str; 11] = [
    "id",
    "if",
    "name",
    "uses",
    "run",
    "working-directory",
    "shell",
    "with",
    "env",
    "continue-on-error",
    "timeout-minutes",
];

/// What a job has on a runner and nobody starts on a laptop.
const LEFT_OUT: [&str; 3] = ["container", "services", "environment"];

impl Workflow {
    /// Reads a workflow; `file` is what errors call it.
    ///
    /// # Errors
    /// The first mistake in it, with line and column.
    pub fn parse(text: &str, file: &Path) -> Result<Workflow, Problem> {
        let (node, reader) = (Node::read(text, file)?, Reader::new(file));
        reader.only(&node, &OF_A_WORKFLOW)?;
        let jobs = node.get("jobs").and_then(Node::entries);
        let jobs = jobs.ok_or_else(|| reader.mistake(&node, "a workflow has `jobs`"))?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Workflow {
            name: reader.word(&node, "name").unwrap_or_else(|| stem.into_owned()),
            env: reader.entries(&node, "env")?,
            defaults: defaults(&reader, &node)?,
            inputs: inputs(&reader, &node)?,
            paths: reader.paths(),
            jobs: jobs
                .map(|(name, node)| Ok((name.to_owned(), Arc::new(job(&reader, node)?))))
                .collect::<Result<_, Problem>>()?,
            file: reader.file,
        })
    }
}

fn inputs(reader: &Reader, node: &Node) -> Result<Vec<Input>, Problem> {
    let declared = |event: &str| node.get("on")?.get(event)?.get("inputs")?.entries();
    let Some(inputs) = declared("workflow_call").or_else(|| declared("workflow_dispatch")) else {
        return Ok(Vec::new());
    };
    let input = |(name, node): (&str, &Node)| {
        Ok(Input {
            name: name.to_owned(),
            kind: reader.word(node, "type").unwrap_or_else(|| "string".into()),
            is_required: node.get("required").and_then(Node::scalar) == Some(&Value::Bool(true)),
            default: reader.at(node, "default")?,
        })
    };
    inputs.map(input).collect()
}

fn defaults(reader: &Reader, node: &Node) -> Result<Defaults, Problem> {
    match node.get("defaults").and_then(|defaults| defaults.get("run")) {
        Some(run) => of_a_script(reader, run),
        None => Ok(Defaults::default()),
    }
}

fn of_a_script(reader: &Reader, node: &Node) -> Result<Defaults, Problem> {
    Ok(Defaults { shell: reader.at(node, "shell")?, folder: reader.at(node, "working-directory")? })
}

fn job(reader: &Reader, node: &Node) -> Result<Job, Problem> {
    reader.only(node, &OF_A_JOB)?;
    let strategy = node.get("strategy");
    let of_strategy = |key: &str| strategy.and_then(|strategy| strategy.get(key));
    Ok(Job {
        name: reader.at(node, "name")?,
        needs: reader.words(node, "needs"),
        condition: reader.condition(node)?,
        env: reader.entries(node, "env")?,
        defaults: defaults(reader, node)?,
        timeout: reader.at(node, "timeout-minutes")?,
        continue_on_error: reader.at(node, "continue-on-error")?,
        fail_fast: of_strategy("fail-fast").map(|node| reader.template(node)).transpose()?,
        matrix: of_strategy("matrix").map(|node| reader.tree(node)).transpose()?,
        work: work(reader, node)?,
        left_out: LEFT_OUT.into_iter().filter(|key| node.get(key).is_some()).collect(),
        paths: reader.paths(),
    })
}

fn work(reader: &Reader, node: &Node) -> Result<Work, Problem> {
    if let Some(uses) = reader.at(node, "uses")? {
        return Ok(Work::Calls { uses, with: reader.entries(node, "with")? });
    }
    let steps = node.get("steps").and_then(Node::items);
    let steps =
        steps.ok_or_else(|| reader.mistake(node, "a job has `steps`, or `uses` a workflow"))?;
    steps.iter().map(|node| step(reader, node)).collect::<Result<_, _>>().map(Work::Steps)
}

fn step(reader: &Reader, node: &Node) -> Result<Step, Problem> {
    reader.only(node, &OF_A_STEP)?;
    let task = match (reader.at(node, "run")?, reader.word(node, "uses")) {
        (Some(script), None) => Task::Run { script, own: of_a_script(reader, node)? },
        (None, Some(action)) => Task::Uses { action, with: reader.entries(node, "with")? },
        _ => return Err(reader.mistake(node, "a step has either `run` or `uses`")),
    };
    Ok(Step {
        id: reader.word(node, "id"),
        name: reader.at(node, "name")?,
        condition: reader.condition(node)?,
        env: reader.entries(node, "env")?,
        continue_on_error: reader.at(node, "continue-on-error")?,
        timeout: reader.at(node, "timeout-minutes")?,
        task,
    })
}
