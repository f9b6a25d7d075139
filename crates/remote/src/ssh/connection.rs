//! One connection that everything goes over.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use problem::Problem;
use supervise::{Child, Deadline, RunDir};
use wire::Patience;

use super::login::Options;
use super::{Fault, Host, Login};

/// How often we look whether the connection is there.
const TICK: Duration = Duration::from_millis(10);

/// How long a host may take to let us in, in all: a name server, a jump host and a slow key among it.
const LIMIT: Duration = Duration::from_secs(60);

/// What holds for every connection: it is found dead within 20 s, and nothing but commands goes over it.
const ALWAYS: [&str; 8] = [
    "ConnectTimeout=20",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "ForwardAgent=no",
    "ForwardX11=no",
    "ClearAllForwardings=yes",
    "PermitLocalCommand=no",
    "ControlPersist=no",
];

/// A connection that is up, or was. Dropping it ends it and removes keys and passwords.
#[derive(Debug)]
pub struct Connection {
    host: Host,
    // Ended before its folder goes.
    _master: Child,
    folder: RunDir,
}

impl Connection {
    /// Connects, again where that may help.
    ///
    /// # Errors
    /// Why the host cannot be reached, with the next step.
    pub fn open(host: &Host, login: &Login, patience: Patience) -> Result<Connection, Problem> {
        let folder = private_folder()?;
        let options = login.write(folder.path())?;
        let mut tried = 1;
        let master = loop {
            match master(host, login, &options, &folder)? {
                Ok(master) => break master,
                Err((fault, _)) if fault.may_pass() && tried < patience.tries => {
                    sleep(patience.wait(tried, None));
                }
                Err((fault, said)) => return Err(after(tried, fault.problem(host, &said))),
            }
            tried += 1;
        };
        // The connection is there and needs them no more.
        for secret in ["key", "password", "askpass"] {
            let _absent = fs::remove_file(folder.path().join(secret));
        }
        Ok(Connection { host: host.clone(), _master: master, folder })
    }

    /// `ssh` with a script for the host's `sh`. Should the connection be gone it fails, and makes no other.
    pub fn command(&self, script: &str) -> Command {
        let mut command = Command::new("ssh");
        command.arg("-S").arg(control(&self.folder));
        command.args(["-o", "ControlMaster=no", "-o", "ProxyCommand=false", "-T"]);
        let quoted = script.replace('\'', r"'\''");
        command.args(["--", &self.host.name]).arg(format!("exec sh -c '{quoted}'"));
        command
    }

    /// Why a command over it failed that said `said`: for the connection's sake, or its own.
    pub fn failure(&self, said: &str) -> Problem {
        let words = format!("{}{}{said}", self.said("said"), self.said("words"));
        Fault::of(&words).problem(&self.host, &words)
    }

    /// A file for what a command over it says of its own.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn words(&self) -> Result<File, Problem> {
        let path = self.folder.path().join("words");
        File::create(&path).map_err(Problem::path("write", &path))
    }

    /// The host that it leads to.
    pub fn host(&self) -> &Host {
        &self.host
    }

    fn said(&self, file: &str) -> String {
        said(&self.folder, file)
    }
}

fn after(tried: u32, problem: Problem) -> Problem {
    match tried {
        1 => problem,
        _ => Problem { message: format!("{}, {tried} times", problem.message), ..problem },
    }
}

/// A folder whose path is short enough for a socket in it.
fn private_folder() -> Result<RunDir, Problem> {
    let short = |folder: &RunDir| control(folder).as_os_str().len() < 90;
    let folder = RunDir::create().ok().filter(short);
    folder.map_or_else(|| RunDir::create_in("/tmp".as_ref()), Ok).map_err(|error| {
        Problem::infrastructure(format!("cannot make a private folder for keys: {error}"))
    })
}

fn control(folder: &RunDir) -> PathBuf {
    folder.path().join("ssh")
}

fn said(folder: &RunDir, file: &str) -> String {
    let said = fs::read(folder.path().join(file)).unwrap_or_default();
    String::from_utf8_lossy(&said).into_owned()
}

/// Starts the connection that the others share, or says why there is none.
fn master(
    host: &Host,
    login: &Login,
    options: &Options,
    folder: &RunDir,
) -> Result<Result<Child, (Fault, String)>, Problem> {
    let words = folder.path().join("said");
    let said_to = File::create(&words).map_err(Problem::path("write", &words))?;
    let mut command = Command::new("ssh");
    command.arg("-MNS").arg(control(folder)).stdin(Stdio::null()).stdout(Stdio::null());
    command.stderr(said_to);
    for value in ALWAYS.into_iter().chain(options.values.iter().map(String::as_str)) {
        command.args(["-o", value]);
    }
    if let Some(config) = &login.config {
        command.arg("-F").arg(config);
    }
    if let Some(key) = &options.key {
        command.arg("-i").arg(key);
    }
    if let Some(user) = &host.user {
        command.args(["-l", user]);
    }
    if let Some(port) = host.port {
        command.args(["-p", &port.to_string()]);
    }
    command.envs(options.variables.iter().cloned()).args(["--", &host.name]);
    let master = Child::spawn(&mut command).map_err(|error| {
        Problem::infrastructure(format!("cannot start `ssh`: {error}"))
            .hint("install OpenSSH's client: openssh-client in Debian and Ubuntu")
    })?;
    let deadline = Deadline::after(LIMIT);
    while !control(folder).exists() {
        if master.wait_until(Deadline::after(Duration::ZERO)).is_some() {
            let said = said(folder, "said");
            return Ok(Err((Fault::of(&said), said)));
        }
        if deadline.has_passed() {
            return Ok(Err((Fault::Route, said(folder, "said"))));
        }
        sleep(TICK);
    }
    Ok(Ok(master))
}
