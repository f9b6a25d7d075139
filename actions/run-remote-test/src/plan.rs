//! From inputs and spec to what is done on which host.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use gha::Runner;
use remote::ssh::{Host, Login};
use remote::{Step, Want};
use spec::{Machine, Spec, Ssh};
use trial::Problem;

use crate::Inputs;
use crate::inputs::SECRETS;

/// How long to wait for a slot, unless somebody says so.
const WAIT: Duration = Duration::from_secs(1800);

/// Everything that has to be known before a host is asked.
pub(crate) struct Plan {
    pub(crate) name: String,
    pub(crate) hosts: Vec<Host>,
    pub(crate) login: Login,
    pub(crate) ours: PathBuf,
    pub(crate) want: Want,
    pub(crate) root: PathBuf,
    pub(crate) sync: Vec<PathBuf>,
    pub(crate) keep: Vec<String>,
    pub(crate) secrets: Vec<(String, String)>,
    pub(crate) before: Vec<Step>,
    pub(crate) arguments: Vec<String>,
    pub(crate) again: String,
}

impl Plan {
    /// The inputs, and the spec where they say nothing.
    pub(crate) fn new(inputs: &Inputs, runner: Option<&Runner>) -> Result<Plan, Problem> {
        refuse_secrets_in_sight()?;
        let is_toml = inputs.spec.extension().is_some_and(|it| it == "toml");
        let spec = if is_toml { None } else { Some(spec::load(&inputs.spec)?) };
        let ssh = spec.as_ref().and_then(|spec| spec.ssh.as_ref());
        let root = root()?;
        let ours = env::current_exe().map_err(|error| {
            Problem::infrastructure(format!("our own program is gone: {error}"))
        })?;
        let build = inputs.build.clone().or_else(|| ssh?.build.clone());
        let keep = ssh.map(|ssh| ssh.keep.clone()).unwrap_or_default();
        Ok(Plan {
            name: spec.as_ref().map_or_else(|| spec::stem(&inputs.spec), |spec| spec.name.clone()),
            hosts: hosts(inputs, ssh)?,
            login: login(inputs, ssh),
            ours,
            want: want(inputs, ssh, runner, &root)?,
            sync: sync(inputs, spec.as_ref(), &root)?,
            keep: keep.into_iter().chain(inputs.keep.iter().cloned()).collect(),
            secrets: secrets(inputs)?,
            before: before(inputs, spec.as_ref(), build),
            arguments: arguments(inputs, &root)?,
            again: again(inputs),
            root,
        })
    }
}

/// The toolchain that the tree asks for, from whoever has rustup.
const TOOLCHAIN: &str =
    "test ! -f rust-toolchain.toml || rustup show active-toolchain || rustup toolchain install";

/// What comes before the test.
fn before(inputs: &Inputs, spec: Option<&Spec>, build: Option<String>) -> Vec<Step> {
    if inputs.doctor {
        return vec![Step::ours(&["doctor"])];
    }
    let mut steps = Vec::new();
    if inputs.install {
        let arch = match spec.map(|spec| &spec.machine) {
            Some(Machine::Qemu(qemu)) => vec!["--targets", qemu.arch.as_str()],
            _ => Vec::new(),
        };
        steps.push(Step::ours(&[&["setup-qemu"][..], &arch].concat()));
        steps.push(Step::line(TOOLCHAIN));
    }
    steps.extend(inputs.prepare.iter().chain(&build).map(|line| Step::line(line)));
    steps
}

/// On a command line everybody on the machine would see them.
fn refuse_secrets_in_sight() -> Result<(), Problem> {
    let shown = env::args().find_map(|word| {
        let name = word.strip_prefix("--")?.split('=').next()?.to_owned();
        SECRETS.contains(&name.as_str()).then_some(name)
    });
    shown.map_or(Ok(()), |name| {
        Err(Problem::user(format!("`--{name}` would be seen by everybody on this machine")).hint(
            format!(
                "give it as the variable `INPUT_{}`; for a key, use your agent",
                name.to_uppercase()
            ),
        ))
    })
}

/// The root of the repository that we are in, or else the folder.
fn root() -> Result<PathBuf, Problem> {
    let here = env::current_dir()
        .map_err(|error| Problem::infrastructure(format!("there is no current folder: {error}")))?;
    let mut git = Command::new("git");
    git.args(["rev-parse", "--show-toplevel"]).stderr(Stdio::null());
    let output = git.output().ok().filter(|output| output.status.success());
    let root = output.and_then(|output| String::from_utf8(output.stdout).ok());
    Ok(root.map_or(here, |root| PathBuf::from(root.trim_end_matches('\n'))))
}

fn hosts(inputs: &Inputs, ssh: Option<&Ssh>) -> Result<Vec<Host>, Problem> {
    let named = if inputs.host.is_empty() { ssh.map(|ssh| &ssh.hosts) } else { Some(&inputs.host) };
    let Some(named) = named else {
        return Err(Problem::user("no host is named")
            .hint("give `host`, or `machine.ssh.host` in the spec"));
    };
    let host = |text: &String| {
        let host: Host = text.trim().parse().map_err(Problem::user)?;
        let (user, port) = (host.user.or_else(|| inputs.user.clone()), host.port.or(inputs.port));
        Ok(Host { user, port, ..host })
    };
    named.iter().map(host).collect()
}

fn login(inputs: &Inputs, ssh: Option<&Ssh>) -> Login {
    let given = (!inputs.host_key.is_empty()).then(|| inputs.host_key.join("\n"));
    Login {
        host_key: given.or_else(|| ssh?.host_key.clone()),
        key: inputs.ssh_key.clone(),
        password: inputs.password.clone(),
        config: inputs.ssh_config.clone(),
    }
}

fn want(
    inputs: &Inputs,
    ssh: Option<&Ssh>,
    runner: Option<&Runner>,
    root: &Path,
) -> Result<Want, Problem> {
    let mut word = [0; 8];
    getrandom::fill(&mut word).map_err(|error| Problem::infrastructure(error.to_string()))?;
    let repository = runner.and_then(|runner| runner.var("GITHUB_REPOSITORY"));
    let here = || {
        format!(
            "{}@{}",
            env::var("USER").unwrap_or_default(),
            env::var("HOSTNAME").unwrap_or_default()
        )
    };
    Ok(Want {
        run: hex::encode(word),
        owner: runner.and_then(Runner::run_url).unwrap_or_else(here),
        tree: repository.map_or_else(|| root.display().to_string(), str::to_owned),
        slots: inputs.slots.or_else(|| Some(ssh?.slots)).unwrap_or(1),
        wait: inputs.wait.or_else(|| Some(ssh?.wait)).unwrap_or(WAIT),
    })
}

/// The spec, what it boots as far as it is there already, and what is named.
fn sync(inputs: &Inputs, spec: Option<&Spec>, root: &Path) -> Result<Vec<PathBuf>, Problem> {
    let booted = spec.map(Spec::files).unwrap_or_default();
    let there = booted.into_iter().filter(|file| file.exists());
    let ours = [inputs.spec.clone()].into_iter().chain(there).chain(inputs.sync.iter().cloned());
    let below = ours.map(|path| below(&path, root)).collect::<Result<Vec<_>, _>>()?;
    let named = spec.and_then(|spec| spec.ssh.as_ref()).map(|ssh| ssh.sync.clone());
    Ok(below.into_iter().chain(named.unwrap_or_default().into_iter().map(PathBuf::from)).collect())
}

/// A path from the root on.
fn below(path: &Path, root: &Path) -> Result<PathBuf, Problem> {
    let whole = path.canonicalize().map_err(Problem::path("find", path))?;
    let root = root.canonicalize().map_err(Problem::path("find", root))?;
    whole.strip_prefix(&root).map(Path::to_path_buf).map_err(|_| {
        Problem::user(format!("`{}` is not below `{}`", path.display(), root.display()))
            .hint("only what is in the checkout is sent: copy it there first")
    })
}

fn secrets(inputs: &Inputs) -> Result<Vec<(String, String)>, Problem> {
    let secret = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Problem::user("a secret has no name").hint("give `NAME=VALUE`, one a line")
        })?;
        Ok((name.trim().to_owned(), value.to_owned()))
    };
    inputs.secrets.iter().map(secret).collect()
}

fn arguments(inputs: &Inputs, root: &Path) -> Result<Vec<String>, Problem> {
    let spec = below(&inputs.spec, root)?.display().to_string();
    let timeout = inputs.timeout.map(time);
    let timeout = timeout.map(|timeout| ["--timeout".to_owned(), timeout]);
    let given = timeout.into_iter().flatten().chain(inputs.flags.iter().cloned());
    Ok(["--spec".to_owned(), spec].into_iter().chain(given).collect())
}

fn time(time: Duration) -> String {
    humantime::format_duration(time).to_string().replace(' ', "")
}

/// The command that does the same again, without what is secret.
fn again(inputs: &Inputs) -> String {
    let mut words = vec!["bootgate".to_owned(), "run-remote-test".to_owned()];
    let mut flag = |name: &str, value: String| words.extend([format!("--{name}"), value]);
    flag("spec", inputs.spec.display().to_string());
    inputs.host.iter().for_each(|host| flag("host", host.clone()));
    inputs.user.iter().for_each(|user| flag("user", user.clone()));
    inputs.port.iter().for_each(|port| flag("port", port.to_string()));
    inputs.host_key.iter().for_each(|key| flag("host-key", key.clone()));
    inputs.sync.iter().for_each(|path| flag("sync", path.display().to_string()));
    inputs.keep.iter().for_each(|path| flag("keep", path.clone()));
    inputs.prepare.iter().for_each(|line| flag("prepare", line.clone()));
    inputs.build.iter().for_each(|line| flag("build", line.clone()));
    inputs.timeout.iter().for_each(|timeout| flag("timeout", time(*timeout)));
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default()
}
