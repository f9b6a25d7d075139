//! Starting QEMU and getting it to the point where the guest can go.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use command_fds::{CommandFdExt, FdMapping};
use serde_json::json;
use spec::Qemu;
use supervise::{Child, Deadline};
use trial::{Problem, Signals};

use crate::boot::{Boot, CONTROL_FD, NET_FD, TPM_FD};
use crate::ending::Exit;
use crate::hub::Port;
use crate::keyboard::Keyboard;
use crate::locate::Program;
use crate::qmp::{Client, Unanswered};
use crate::secrets;
use crate::tail::Tail;
use crate::tpm::Tpm;
use crate::{command, console, startup};

/// How long QEMU may take to set up the machine; a busy host needs a second.
const SETUP_LIMIT: Duration = Duration::from_secs(30);

/// How long a QEMU that closed its control socket may take to be gone.
const EXIT_LIMIT: Duration = Duration::from_secs(2);

/// How long its last words may take to arrive.
const WORDS_LIMIT: Duration = Duration::from_millis(500);

/// A QEMU that runs and whose guest does.
#[derive(Debug)]
pub(crate) struct Launched {
    pub(crate) child: Arc<Child>,
    pub(crate) client: Arc<Client>,
    pub(crate) keyboard: Keyboard,
    pub(crate) stdout: ChildStdout,
    pub(crate) tail: Tail,
    pub(crate) tpm: Option<Tpm>,
}

/// Why it does not.
#[derive(Debug)]
pub(crate) enum Failure {
    /// This QEMU cannot lock itself in; without that it may start.
    NoSandbox,
    /// Anything else.
    Problem(Problem),
}

impl Failure {
    pub(crate) fn into_problem(self) -> Problem {
        match self {
            Failure::NoSandbox => {
                Problem::infrastructure("QEMU speaks of its sandbox even without it")
            }
            Failure::Problem(problem) => problem,
        }
    }
}

/// Starts `program`, waits until the machine is set up, and lets the guest go.
pub(crate) fn launch(
    program: &Program,
    qemu: &Qemu,
    boot: &Boot,
    inherited: &[(OwnedFd, i32)],
    port: Option<&Port>,
    signals: &Signals,
) -> Result<Launched, Failure> {
    let arguments = command::arguments(qemu, boot);
    let mut command = Command::new(&program.path);
    secrets::keep_from(&mut command);
    command.args(arguments).envs(boot.scratch.iter().map(|scratch| ("TMPDIR", scratch)));
    let tpm = boot.scratch.as_deref().filter(|_| qemu.tpm);
    let tpm = tpm.map(|scratch| Tpm::start(scratch, signals.clone())).transpose();
    let (tpm, line) = tpm.map_err(Failure::Problem)?.unzip();
    let line = line.map(|line| (line, TPM_FD));
    let place = port.map(|port| port.line(signals).map(|place| (place, NET_FD))).transpose();
    let launched = place.and_then(|place| {
        let more: Vec<_> = line.into_iter().chain(place).collect();
        spawn(command, inherited.iter().chain(&more), signals)
    });
    let launched = launched.map_err(|error| cannot_start(program, &error))?;
    let launched = Launched { tpm, ..launched };
    match go(&launched, qemu) {
        Ok(()) => Ok(launched),
        Err(unanswered) => Err(failure(&launched, &unanswered)),
    }
}

fn cannot_start(program: &Program, error: &io::Error) -> Failure {
    let message = format!("`{}` cannot be started: {error}", program.path.display());
    Failure::Problem(Problem::infrastructure(message))
}

fn spawn<'a>(
    command: Command,
    inherited: impl Iterator<Item = &'a (OwnedFd, i32)>,
    signals: &Signals,
) -> io::Result<Launched> {
    let (ours, theirs) = UnixStream::pair()?;
    let child = Arc::new(start(command, theirs.into(), inherited)?);
    let missing = || io::Error::other("it has no console");
    let (stdin, stdout) =
        (child.take_stdin().ok_or_else(missing)?, child.take_stdout().ok_or_else(missing)?);
    let tail = Tail::of(child.take_stderr().ok_or_else(missing)?);
    console::prepare(&stdout)?;
    let client = Arc::new(Client::new(ours, signals.clone())?);
    Ok(Launched { child, client, keyboard: Keyboard::new(stdin)?, stdout, tail, tpm: None })
}

/// The command is dropped at the end of it, and with it our copies of QEMU's ends of the sockets.
fn start<'a>(
    mut command: Command,
    control: OwnedFd,
    inherited: impl Iterator<Item = &'a (OwnedFd, i32)>,
) -> io::Result<Child> {
    let mut mappings = vec![FdMapping { parent_fd: control, child_fd: CONTROL_FD }];
    for (fd, child_fd) in inherited {
        mappings.push(FdMapping { parent_fd: fd.try_clone()?, child_fd: *child_fd });
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.fd_mappings(mappings).map_err(io::Error::other)?;
    Child::spawn(&mut command)
}

/// The answer to the first command comes when the machine is complete: until then QEMU may still refuse it.
fn go(launched: &Launched, qemu: &Qemu) -> Result<(), Unanswered> {
    let deadline = Deadline::after(SETUP_LIMIT);
    launched.client.negotiate(deadline)?;
    match launched.client.execute("cont", &json!({}), deadline) {
        // A small guest has done its work and ended QEMU before QEMU could say that it runs.
        Err(Unanswered::Closed) if was_ended_by_the_guest(launched, qemu) => Ok(()),
        answer => answer.map(drop),
    }
}

fn was_ended_by_the_guest(launched: &Launched, qemu: &Qemu) -> bool {
    let status = launched.child.wait_until(Deadline::after(EXIT_LIMIT));
    let last_line = launched.tail.lines(Deadline::after(WORDS_LIMIT)).pop();
    let exit = Exit::of(qemu).zip(status.and_then(|status| status.code()));
    exit.is_some_and(|(exit, code)| exit.can_be(code, last_line.as_deref()))
}

fn failure(launched: &Launched, unanswered: &Unanswered) -> Failure {
    let status = match unanswered {
        Unanswered::Closed => launched.child.wait_until(Deadline::after(EXIT_LIMIT)),
        _ => None,
    };
    launched.child.kill_group();
    let lines = launched.tail.lines(Deadline::after(WORDS_LIMIT));
    if startup::lacks_sandbox(&lines) {
        return Failure::NoSandbox;
    }
    let how = match status {
        Some(status) => format!("QEMU ended before the guest began ({status})"),
        None => unanswered.to_string(),
    };
    Failure::Problem(startup::refused(&how, &lines))
}
