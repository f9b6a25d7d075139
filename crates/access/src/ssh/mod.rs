//! Asking by the system's OpenSSH: one connection that stays, and every script over it.

mod door;
mod hearing;
mod marked;
mod words;

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use supervise::{Child, Deadline};
use trial::{Question, Said, Unreached};

use crate::Login;
use crate::asker::Way;
use crate::live::Live;
use door::Door;
use marked::Marked;

/// How often we look whether the connection is there.
const TICK: Duration = Duration::from_millis(10);

/// How long a guest may take from its greeting to the login; an emulated one that has much to do needs a while.
const LIMIT: Duration = Duration::from_secs(60);

/// How long a guest that did not take the key is left alone: an OpenSSH of 9.8 or later shuts out who fails more often.
const REFUSED: Duration = Duration::from_secs(6);

/// What holds for every connection: nobody is asked anything, and a guest that is gone is noticed.
const ALWAYS: [&str; 14] = [
    "BatchMode=yes",
    "PasswordAuthentication=no",
    "KbdInteractiveAuthentication=no",
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    "StrictHostKeyChecking=accept-new",
    "ConnectTimeout=60",
    "ServerAliveInterval=5",
    "ServerAliveCountMax=3",
    "ForwardAgent=no",
    "ForwardX11=no",
    "ControlPersist=no",
    "LogLevel=ERROR",
    "UpdateHostKeys=no",
];

/// A guest whose `sshd` is at an address of the host.
#[derive(Debug)]
pub(crate) struct Ssh {
    user: String,
    key: PathBuf,
    folder: PathBuf,
    door: Door,
    live: Arc<Live>,
    master: Option<Master>,
    /// Until when the guest is not tried again, and why.
    refused: Option<(Deadline, String)>,
}

/// The connection that the others share.
#[derive(Debug)]
struct Master {
    child: Arc<Child>,
    /// When it has to be there.
    deadline: Deadline,
    /// Whether it was.
    is_up: bool,
}

impl Ssh {
    pub(crate) fn new(login: &Login, address: &str, live: Arc<Live>) -> Ssh {
        let (user, key) = (login.user.clone(), login.key.clone());
        let (folder, door) = (login.folder().to_owned(), Door::new(address));
        Ssh { user, key, folder, door, live, master: None, refused: None }
    }

    /// A login for people, with the same key.
    pub(crate) fn by_hand(&self) -> Option<String> {
        let (host, port) = self.door.place();
        let known = format!("UserKnownHostsFile={}", self.folder.join("known_hosts").display());
        let (key, to) = (self.key.to_string_lossy(), format!("{}@{host}", self.user));
        let options = ["-o", "IdentitiesOnly=yes", "-o", &known];
        let words = ["ssh", "-i", &key].into_iter().chain(options).chain(["-p", port, &to]);
        shlex::try_join(words).ok()
    }

    /// Sees to it that there is a connection. One that takes long is waited for by the next question, too.
    fn enter(&mut self, deadline: Deadline) -> Result<(), Unreached> {
        if let Some((until, words)) = &self.refused
            && !until.has_passed()
        {
            return Err(Unreached::NotReady(words.clone()));
        }
        loop {
            if self.look()? {
                return Ok(());
            }
            if self.master.is_none() {
                self.door.knock(deadline).map_err(Unreached::NotReady)?;
                self.master = Some(self.connect()?);
            }
            if deadline.has_passed() {
                return Err(Unreached::NotReady("the login takes its time".into()));
            }
            sleep(TICK);
        }
    }

    /// Whether there is a connection; an error where one did not come to be. One that was is gone without a word.
    fn look(&mut self) -> Result<bool, Unreached> {
        let Some(master) = &mut self.master else { return Ok(false) };
        let over = master.child.wait_until(Deadline::after(Duration::ZERO)).is_some();
        if !over && !master.deadline.has_passed() {
            master.is_up |= self.folder.join("control").exists();
            if master.is_up {
                master.deadline = Deadline::after(Duration::MAX);
            }
            return Ok(master.is_up);
        }
        let was_up = master.is_up;
        master.child.kill_group();
        self.master = None;
        if was_up { Ok(false) } else { Err(self.refusal(over)) }
    }

    fn refusal(&mut self, said: bool) -> Unreached {
        if !said {
            return Unreached::NotReady("the login came to no end".into());
        }
        match words::refusal(&self.words()) {
            Unreached::NotReady(words) => {
                if words.contains("ermission denied") {
                    self.refused = Some((Deadline::after(REFUSED), words.clone()));
                }
                Unreached::NotReady(words)
            }
            other => other,
        }
    }

    /// What the last program that was started says of its own.
    fn words(&self) -> String {
        let said = fs::read(self.folder.join("words")).unwrap_or_default();
        String::from_utf8_lossy(&said[..said.len().min(words::MOST)]).into_owned()
    }

    /// Begins to log in.
    fn connect(&self) -> Result<Master, Unreached> {
        // What an earlier one has left that did not end by itself.
        let _absent = fs::remove_file(self.folder.join("control"));
        let mut command = self.ssh("yes");
        for option in ALWAYS {
            command.args(["-o", option]);
        }
        let known = self.folder.join("known_hosts");
        command.arg("-o").arg(format!("UserKnownHostsFile=\"{}\"", known.display()));
        command.args(["-o", "GlobalKnownHostsFile=/dev/null", "-N", "-i"]).arg(&self.key);
        let (host, port) = self.door.place();
        command.args(["-p", port, "-l", &self.user, "--", host]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = self.spawn(&mut command)?;
        Ok(Master { child, deadline: Deadline::after(LIMIT), is_up: false })
    }

    /// `ssh` that knows of no configuration, and writes its own words apart from the guest's.
    fn ssh(&self, master: &str) -> Command {
        let words = self.folder.join("words");
        let _absent = fs::remove_file(&words);
        let mut command = Command::new("ssh");
        command.args(["-F", "/dev/null", "-T", "-S"]).arg(self.folder.join("control"));
        command.arg("-E").arg(words).arg("-o").arg(format!("ControlMaster={master}"));
        command
    }

    fn spawn(&self, command: &mut Command) -> Result<Arc<Child>, Unreached> {
        self.live.spawn(command).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => Unreached::NotReady(error.to_string()),
            io::ErrorKind::NotFound => Unreached::Broken(
                "there is no `ssh`: install OpenSSH's client (openssh-client in Debian and Ubuntu)"
                    .into(),
            ),
            _ => Unreached::Broken(format!("`ssh` cannot be started: {error}")),
        })
    }

    /// Has the script run over the connection.
    fn run(&self, question: &Question, deadline: Deadline) -> Result<Said, Unreached> {
        let broken = |error: io::Error| Unreached::Broken(format!("cannot ask: {error}"));
        let (marker, script) = (marked::marker().map_err(broken)?, self.folder.join("script"));
        fs::write(&script, &question.script).map_err(broken)?;
        let mut command = self.ssh("no");
        command.args(["-o", "ProxyCommand=false", "-o", "LogLevel=ERROR"]);
        // Nothing but the connection is needed, so its name says nothing.
        command.args(["--", "guest"]).arg(marked::wrapped(&marker));
        command.stdin(File::open(&script).map_err(broken)?);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = self.spawn(&mut command)?;
        let mut marked = Marked::new(&marker, question.most);
        hearing::hear(&child, &mut marked, deadline).map_err(broken)?;
        child.kill_group();
        let is_late = deadline.has_passed();
        marked.said().ok_or_else(|| match words::last(&self.words()) {
            _ if is_late => Unreached::Lost("the script did not end in time".into()),
            Some(words) => Unreached::Lost(words),
            None => Unreached::Lost("the connection was lost".into()),
        })
    }
}

impl Way for Ssh {
    fn ask(&mut self, question: &Question, deadline: Deadline) -> Result<Said, Unreached> {
        self.enter(deadline)?;
        let said = self.run(question, deadline);
        // A connection that is lost takes a moment to end: the next question does not go over what is left of it.
        if matches!(said, Err(Unreached::Lost(_)))
            && !deadline.has_passed()
            && let Some(master) = self.master.take()
        {
            master.child.kill_group();
        }
        said
    }
}
