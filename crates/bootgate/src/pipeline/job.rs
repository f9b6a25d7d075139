//! A job, step by step.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ::pipeline::{Contexts, Defaults, Instance, Status, Step, Task, Template, Work};
use gha::hosted::{Hosted, Log, Said, surround};
use serde_json::{Map, Value, json};
use supervise::Deadline;
use trial::Problem;

use super::around::{Action, Around};
use super::outcome::{Ending, JobOutcome, StepOutcome};
use super::stop::Stop;
use super::{glob, script, step};

/// The exit code of a script that failed, whatever its own is: that it is the guest's fault is the nearest.
const FAILED: u8 = 1;

/// How long the step behind an action may take.
const POST: Duration = Duration::from_secs(300);

/// What all jobs share.
pub(crate) struct World<'a> {
    pub(crate) around: &'a Around,
    pub(crate) stop: &'a Stop,
    /// For files that nobody needs after the run.
    pub(crate) folder: &'a Path,
    pub(crate) log: &'a Arc<Mutex<Log>>,
}

/// A job that runs.
struct Running<'a> {
    world: &'a World<'a>,
    instance: &'a Instance,
    roots: Map<String, Value>,
    env: BTreeMap<String, String>,
    /// What stands before the `PATH`, the last first.
    path: Vec<String>,
    steps: Map<String, Value>,
    status: Status,
    deadline: Deadline,
    posts: Vec<Post>,
    summary: String,
    /// How many programs were started.
    started: usize,
}

/// What is to be run behind an action.
struct Post {
    action: String,
    env: Vec<(String, String)>,
}

/// What a step came to.
struct Came {
    outcome: Ending,
    code: u8,
    why: Option<String>,
    is_left_out: bool,
    outputs: BTreeMap<String, String>,
}

impl Came {
    fn to(outcome: Ending, code: u8, why: Option<String>) -> Came {
        Came { outcome, code, why, is_left_out: false, outputs: BTreeMap::new() }
    }
}

impl World<'_> {
    /// Runs a job, unless one of these matrices has failed.
    pub(crate) fn run(&self, instance: &Instance, failed: &[usize]) -> Result<JobOutcome, Problem> {
        let not_run = |result, why: &str| JobOutcome {
            name: instance.name.clone(),
            matrix: instance.matrix.iter().cloned().collect(),
            result,
            why: Some(why.to_owned()).filter(|why| !why.is_empty()),
            may_fail: instance.may_fail,
            steps: Vec::new(),
            summary: String::new(),
        };
        if self.stop.is_asked() {
            return Ok(not_run(Ending::Cancelled, "interrupted"));
        }
        if !instance.is_wanted {
            return Ok(not_run(Ending::Skipped, "its condition does not hold"));
        }
        if instance.fail_fast.iter().any(|matrix| failed.contains(matrix)) {
            return Ok(not_run(
                Ending::Skipped,
                "another combination has failed, and `fail-fast` holds",
            ));
        }
        let temp = self.folder.join("temp");
        std::fs::create_dir_all(&temp).map_err(Problem::path("make", &temp))?;
        let mut running = Running::new(self, instance, &temp.to_string_lossy());
        let steps = running.all();
        let result = running.status.into();
        Ok(JobOutcome { steps, summary: running.summary, ..not_run(result, "") })
    }

    /// In the log, where secrets are hidden.
    fn say(&self, text: &str) {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).say(text);
    }
}

impl<'a> Running<'a> {
    fn new(world: &'a World<'a>, instance: &'a Instance, temp: &str) -> Running<'a> {
        let mut roots = instance.roots.clone();
        roots.insert("runner".into(), Value::Object(Hosted::runner(temp)));
        Running {
            world,
            instance,
            roots,
            env: instance.env.iter().cloned().collect(),
            path: Vec::new(),
            steps: Map::new(),
            status: Status::Success,
            deadline: after(instance.timeout),
            posts: Vec::new(),
            summary: String::new(),
            started: 0,
        }
    }

    fn all(&mut self) -> Vec<StepOutcome> {
        let Work::Steps(steps) = &self.instance.job.work else { return Vec::new() };
        let mut done = Vec::new();
        for step in steps {
            if self.world.stop.is_asked() {
                self.status = Status::Cancelled;
                break;
            }
            done.push(self.step(step));
        }
        while let Some(post) = self.posts.pop() {
            self.post(&post);
        }
        done
    }

    fn step(&mut self, step: &Step) -> StepOutcome {
        let may_fail = |this: &Running<'_>| this.truth(step.continue_on_error.as_ref());
        let name = self.name(step);
        self.world.say(&format!("== {} / {name}", self.instance.name));
        let came = self.came(step).unwrap_or_else(|problem| {
            Came::to(Ending::Failure, problem.exit_code(), Some(in_full(&problem)))
        });
        if let Some(why) = &came.why {
            let word = if came.is_left_out { "left out" } else { came.outcome.as_str() };
            self.world.say(&format!("   {word}: {why}"));
        }
        let forgiven = came.outcome == Ending::Failure && may_fail(self);
        let conclusion = if forgiven { Ending::Success } else { came.outcome };
        match conclusion {
            Ending::Failure => self.status = Status::Failure,
            Ending::Cancelled => self.status = Status::Cancelled,
            Ending::Success | Ending::Skipped => {}
        }
        let Came { outcome, code: exit_code, why, is_left_out: left_out, outputs } = came;
        if let Some(id) = &step.id {
            let words = [("outcome", outcome), ("conclusion", conclusion)];
            let mut known = json!({ "outputs": outputs });
            words.iter().for_each(|(word, ending)| known[*word] = ending.as_str().into());
            self.steps.insert(id.clone(), known);
        }
        let id = step.id.clone();
        StepOutcome { name, id, outcome, conclusion, exit_code, left_out, why, outputs }
    }

    /// Whether a step is run, and what comes of it.
    fn came(&mut self, step: &Step) -> Result<Came, Problem> {
        let skipped = |why: &str| Came::to(Ending::Skipped, 0, Some(why.to_owned()));
        let holds = match &step.condition {
            Some(condition) => self.with(|contexts| condition.holds(contexts))?,
            None => self.status == Status::Success,
        };
        if !holds {
            return Ok(skipped("its condition does not hold"));
        }
        let env = self.texts(&step.env)?;
        let deadline = match &step.timeout {
            Some(minutes) => {
                let minutes = self.with(|contexts| minutes.minutes(contexts))?;
                after(minutes).min(self.deadline)
            }
            None => self.deadline,
        };
        match &step.task {
            Task::Uses { action, with } => match self.world.around.action(action) {
                Some(action) => self.action(action, with, &env, deadline),
                None => Ok(Came { is_left_out: true, ..skipped(left_out(action)) }),
            },
            Task::Run { script, own } => {
                let Defaults { shell, folder } = own.or(&self.instance.defaults);
                let shell = shell.map(|shell| self.text(&shell)).transpose()?;
                let folder = folder.map(|folder| self.text(&folder)).transpose()?;
                let script = self.text(script)?;
                let own = self.folder()?;
                let mut command = script::command(&own, shell.as_deref(), &script)?;
                command.current_dir(self.world.around.root.join(folder.unwrap_or_default()));
                Ok(self.program(command, &env, deadline, Some(self.world.stop))?.0)
            }
        }
    }

    fn action(
        &mut self,
        action: &Action,
        with: &[(String, Template)],
        env: &[(String, String)],
        deadline: Deadline,
    ) -> Result<Came, Problem> {
        let given = self.texts(with)?;
        for (name, _) in given.iter().filter(|(name, _)| !action.inputs.contains(name)) {
            self.world.say(&format!("warning: `{}` has no input `{name}`", action.name));
        }
        let inputs = given.into_iter().map(|(name, value)| (gha::variable(&name), value));
        let env: Vec<(String, String)> = env.iter().cloned().chain(inputs).collect();
        let mut command = Command::new(&self.world.around.program);
        command.arg(&action.name).current_dir(&self.world.around.root);
        let (mut came, said) = self.program(command, &env, deadline, Some(self.world.stop))?;
        let state = said.state.into_iter().map(|(name, value)| (format!("STATE_{name}"), value));
        self.posts.push(Post {
            action: action.name.clone(),
            env: env.into_iter().chain(state).collect(),
        });
        if came.outcome == Ending::Failure && came.why.is_none() {
            came.why = Some(format!("exit code {}", came.code));
        }
        Ok(came)
    }

    fn post(&mut self, post: &Post) {
        self.world.say(&format!("== {} / after {}", self.instance.name, post.action));
        let mut command = Command::new(&self.world.around.program);
        command.args(["post", &post.action]).current_dir(&self.world.around.root);
        let ended = self.program(command, &post.env, Deadline::after(POST), None);
        if let Err(problem) = ended {
            self.world.say(&format!("   failure: {}", in_full(&problem)));
            self.status = Status::Failure;
        }
    }

    /// Runs a program with the job's environment, and takes over what it says.
    fn program(
        &mut self,
        mut command: Command,
        env: &[(String, String)],
        deadline: Deadline,
        stop: Option<&Stop>,
    ) -> Result<(Came, Said), Problem> {
        let is_ours = command.get_program() == self.world.around.program.as_os_str();
        let context = |name: &str| self.roots.get(name).and_then(Value::as_object);
        surround(&mut command, context("github"), context("runner"));
        self.put_path(&mut command);
        let own = env.iter().map(|(name, value)| (name, value));
        command.envs(&self.env).envs(own);
        let folder = self.folder()?;
        let ended = step::run(command, folder, deadline, self.world.log, stop)?;
        let mut said = ended.said;
        self.env.extend(std::mem::take(&mut said.env));
        self.path.extend(std::mem::take(&mut said.path));
        self.summary += &said.summary;
        let outputs = std::mem::take(&mut said.outputs).into_iter().collect();
        let came = match ended.code {
            _ if stop.is_some_and(Stop::is_asked) => {
                Came::to(Ending::Cancelled, 3, Some("interrupted".into()))
            }
            Ok(0) => Came::to(Ending::Success, 0, None),
            // Any other is no word of ours: it died.
            Ok(code) if is_ours => Came::to(Ending::Failure, if code > 3 { 3 } else { code }, None),
            Ok(code) => Came::to(Ending::Failure, FAILED, Some(format!("exit code {code}"))),
            Err(why) => Came::to(Ending::Failure, FAILED, Some(why)),
        };
        Ok((Came { outputs, ..came }, said))
    }

    fn put_path(&self, command: &mut Command) {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let own = self.path.iter().rev().map(Into::into);
        if let Ok(path) = std::env::join_paths(own.chain(std::env::split_paths(&old))) {
            command.env("PATH", path);
        }
    }

    /// A folder for the next program alone.
    fn folder(&mut self) -> Result<std::path::PathBuf, Problem> {
        self.started += 1;
        let folder = self.world.folder.join("steps").join(self.started.to_string());
        std::fs::create_dir_all(&folder).map_err(Problem::path("make", &folder))?;
        Ok(folder)
    }

    fn with<T>(&self, look: impl FnOnce(&Contexts<'_>) -> T) -> T {
        let mut roots = self.roots.clone();
        roots.insert("env".into(), json!(self.env));
        roots.insert("steps".into(), Value::Object(self.steps.clone()));
        roots.insert("job".into(), json!({ "status": Ending::from(self.status) }));
        let hash_files = |patterns: &[String]| glob::hash(&self.world.around.root, patterns);
        look(&Contexts { roots: &roots, status: self.status, hash_files: &hash_files })
    }

    fn text(&self, template: &Template) -> Result<String, Problem> {
        self.with(|contexts| template.text(contexts))
    }

    fn texts(&self, entries: &[(String, Template)]) -> Result<Vec<(String, String)>, Problem> {
        self.with(|contexts| {
            entries.iter().map(|(name, text)| Ok((name.clone(), text.text(contexts)?))).collect()
        })
    }

    fn truth(&self, template: Option<&Template>) -> bool {
        template.is_some_and(|template| self.text(template).is_ok_and(|text| text == "true"))
    }

    fn name(&self, step: &Step) -> String {
        let own = step.name.as_ref().and_then(|name| self.text(name).ok());
        own.unwrap_or_else(|| {
            self.with(|contexts| called(step, |text| text.text(contexts).unwrap_or_default()))
        })
    }
}

/// A step without a name is called by what it does, as GitHub does.
pub(crate) fn called(step: &Step, text: impl Fn(&Template) -> String) -> String {
    match &step.task {
        Task::Uses { action, .. } => format!("Run {action}"),
        Task::Run { script, .. } => {
            format!("Run {}", text(script).lines().next().unwrap_or_default())
        }
    }
}

/// Why a step is not run.
pub(crate) fn left_out(action: &str) -> &'static str {
    match action.starts_with("actions/checkout@") {
        true => "your checkout is used as it is",
        false => "only bootgate's own actions are run here",
    }
}

fn in_full(problem: &Problem) -> String {
    let hint = problem.hint.as_ref().map(|hint| format!("\n   hint: {hint}"));
    format!("{}{}", problem.message, hint.unwrap_or_default())
}

fn after(minutes: f64) -> Deadline {
    Deadline::after(Duration::try_from_secs_f64(minutes * 60.0).unwrap_or(Duration::MAX))
}
