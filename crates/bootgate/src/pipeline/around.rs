//! What is around a workflow: its checkout, the workflows that it calls, our own actions, and secrets.

use std::cell::RefCell;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use ::pipeline::{Library, Plan, Request, Workflow, plan};
use gha::hosted::Hosted;
use problem::given_text;
use serde_json::{Map, Value};
use trial::Problem;

/// The workflow that others call, as it is in the same commit as this program.
const LOCAL_TEST: (&str, &str) =
    ("local-test.yml", include_str!("../../../../.github/workflows/local-test.yml"));

const WORKFLOWS: &str = ".github/workflows";

/// An action of ours.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    /// The command that it is.
    pub(crate) name: String,
    /// What it takes.
    pub(crate) inputs: Vec<String>,
}

/// What is around a workflow.
pub(crate) struct Around {
    /// The checkout, which is the workspace.
    pub(crate) root: PathBuf,
    /// This program.
    pub(crate) program: PathBuf,
    actions: Vec<Action>,
    roots: Map<String, Value>,
    secrets: RefCell<Vec<String>>,
}

impl Around {
    pub(crate) fn new(file: &Path, workflow: &str, event: &str) -> Result<Around, Problem> {
        let file = std::fs::canonicalize(file).map_err(Problem::path("find", file))?;
        let program = env::current_exe().map_err(|error| {
            Problem::infrastructure(format!("cannot find this program: {error}"))
        })?;
        let root = root(&file)?;
        let git = |arguments: &[&str]| git(&root, arguments).unwrap_or_default();
        let hosted = Hosted {
            repository: repository(&git(&["remote", "get-url", "origin"]), &root),
            sha: git(&["rev-parse", "--verify", "HEAD"]),
            reference: git(&["symbolic-ref", "HEAD"]),
            workflow: workflow.to_owned(),
            event: event.to_owned(),
            workspace: root.clone(),
        };
        let roots = [("github", hosted.github()), ("runner", Hosted::runner(""))];
        let roots = roots.map(|(name, context)| (name.to_owned(), Value::Object(context)));
        let actions = crate::describe::actions().into_iter();
        let action = |action: gha::Action| Action {
            name: action.name,
            inputs: action.inputs.into_iter().map(|input| input.name).collect(),
        };
        let actions = actions.map(action).collect();
        Ok(Around {
            root,
            program,
            actions,
            roots: roots.into_iter().collect(),
            secrets: RefCell::default(),
        })
    }

    pub(crate) fn plan(&self, workflow: &Workflow, request: Request<'_>) -> Result<Plan, Problem> {
        let library = Library {
            workflow: &|uses| self.called(uses),
            secret: &|name| self.secret(name),
            roots: &self.roots,
        };
        plan(workflow, request, &library)
    }

    /// The secrets that the plan found.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.secrets.borrow().clone()
    }

    /// Which of our actions a step uses.
    pub(crate) fn action(&self, uses: &str) -> Option<&Action> {
        let path = uses.split('@').next().unwrap_or_default();
        let local = path.strip_prefix("$/").or(path.strip_prefix("./"));
        let name = local.or_else(|| ours(path))?.strip_prefix("actions/")?;
        self.actions.iter().find(|action| action.name == name)
    }

    /// Ours is part of this program; the others are in the checkout.
    fn called(&self, uses: &str) -> Result<Option<Workflow>, Problem> {
        let path = uses.split('@').next().unwrap_or_default();
        let in_workflows =
            |path: &'_ str| path.strip_prefix(WORKFLOWS)?.strip_prefix('/').map(str::to_owned);
        if let Some(name) = path.strip_prefix("./").and_then(in_workflows) {
            let file = Path::new(WORKFLOWS).join(name);
            return Workflow::parse(&given_text(&self.root.join(&file))?, &file).map(Some);
        }
        let (name, text) = LOCAL_TEST;
        match ours(path).and_then(in_workflows) {
            Some(called) if called == name => Workflow::parse(text, Path::new(name)).map(Some),
            _ => Ok(None),
        }
    }

    fn secret(&self, name: &str) -> Option<String> {
        let secret = env::var(name).ok().filter(|secret| !secret.is_empty())?;
        self.secrets.borrow_mut().push(secret.clone());
        Some(secret)
    }
}

/// What of `owner/bootgate/path` is the path, whoever the owner is.
fn ours(path: &str) -> Option<&str> {
    let (_owner, rest) = path.split_once('/')?;
    rest.strip_prefix("bootgate/")
}

/// The file as it was named, or else that of this name among the repository's workflows.
pub(crate) fn find(named: &Path) -> PathBuf {
    let among = Path::new(WORKFLOWS).join(named);
    if !named.exists() && among.is_file() { among } else { named.to_owned() }
}

/// The folder that holds `.github/workflows`, or else the one we are in.
fn root(file: &Path) -> Result<PathBuf, Problem> {
    let folder = file.parent().filter(|folder| folder.ends_with(WORKFLOWS));
    match folder.and_then(|folder| folder.ancestors().nth(2)) {
        Some(root) => Ok(root.to_owned()),
        None => env::current_dir().map_err(|error| {
            Problem::infrastructure(format!("there is no current folder: {error}"))
        }),
    }
}

fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// `owner/name` of an address of git's, or a name for a checkout that has none.
fn repository(address: &str, root: &Path) -> String {
    let mut parts = address.trim_end_matches('/').trim_end_matches(".git").rsplit(['/', ':']);
    match (parts.next(), parts.next()) {
        (Some(name), Some(owner)) if !owner.is_empty() => format!("{owner}/{name}"),
        _ => format!("local/{}", root.file_name().unwrap_or_default().to_string_lossy()),
    }
}
