//! One QEMU with the micro guest in it, watched until the last letter, its end, or the limit.

use std::io::Read;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt as _, FdMapping};
use supervise::{Child, Deadline};
use trial::Accelerator;

use super::guest::{Guest, IMAGE_FD};
use super::{Proof, Target, Unfit};
use crate::secrets;

/// QEMU's error output is kept up to this many bytes: its first lines say what matters.
const SAID: usize = 16 << 10;

/// How many reads may wait to be looked at; a QEMU that writes more than that waits too.
const DEPTH: usize = 16;

/// What QEMU writes when KVM cannot go on; it then waits for a debugger for ever.
const HALTED: [&str; 2] = ["KVM internal error", "error: kvm run failed"];

/// Runs the guest of `target` under `accelerator` for at most `limit`.
pub(super) fn run(
    target: &Target<'_>,
    accelerator: Accelerator,
    limit: Duration,
) -> Result<Proof, Unfit> {
    let guest = Guest::of(target)?;
    let started = Instant::now();
    let child = spawn(command(target, &guest, accelerator)?, target)?;
    let seen = Watch::new(child, Deadline::after(limit)).until_decided(&guest);
    seen.judge(&guest, started.elapsed()).map(|took| Proof {
        took,
        cached: false,
        how: how(target, accelerator),
    })
}

fn how(target: &Target<'_>, accelerator: Accelerator) -> String {
    let Target { machine, cpu, .. } = target;
    format!(
        "guest code ran to its end under {} on machine `{machine}` with cpu `{cpu}`",
        name(accelerator)
    )
}

fn name(accelerator: Accelerator) -> &'static str {
    match accelerator {
        Accelerator::Kvm => "kvm",
        Accelerator::Tcg => "tcg",
    }
}

fn command(target: &Target<'_>, guest: &Guest, accelerator: Accelerator) -> Result<Command, Unfit> {
    let set_up = |error: &dyn std::fmt::Display| Unfit::NoProbe { error: error.to_string() };
    let image = guest.file().map_err(|error| set_up(&error))?;
    let mut command = Command::new(target.qemu);
    secrets::keep_from(&mut command);
    command
        .args(["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-m", "32"])
        .args(["-machine", target.machine, "-cpu", target.cpu, "-accel", name(accelerator)])
        .args(["-chardev", "stdio,id=letters"])
        .args(guest.arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .fd_mappings(vec![FdMapping { parent_fd: image, child_fd: IMAGE_FD }])
        .map_err(|error| set_up(&error))?;
    Ok(command)
}

fn spawn(mut command: Command, target: &Target<'_>) -> Result<Child, Unfit> {
    Child::spawn(&mut command).map_err(|error| Unfit::QemuMissing {
        qemu: target.qemu.to_owned(),
        error: error.to_string(),
    })
}

/// What one of QEMU's outputs brought.
enum Heard {
    Letters(Vec<u8>),
    Said(Vec<u8>),
}

/// What was seen of a QEMU until it was decided.
struct Watch {
    qemu: Child,
    heard: Receiver<Heard>,
    deadline: Deadline,
    letters: Vec<u8>,
    said: Vec<u8>,
    status: Option<ExitStatus>,
}

impl Watch {
    fn new(qemu: Child, deadline: Deadline) -> Watch {
        let (sender, heard) = sync_channel(DEPTH);
        if let Some(pipe) = qemu.take_stdout() {
            listen(pipe, sender.clone(), Heard::Letters);
        }
        if let Some(pipe) = qemu.take_stderr() {
            listen(pipe, sender, Heard::Said);
        }
        Watch { qemu, heard, deadline, letters: Vec::new(), said: Vec::new(), status: None }
    }

    /// Returns when all letters came, QEMU ended or cannot go on, or the limit was reached.
    fn until_decided(mut self, guest: &Guest) -> Watch {
        while self.is_open(guest) {
            match self.heard.recv_timeout(self.deadline.remaining()) {
                Ok(heard) => self.note(heard, guest.steps()),
                // The limit is reached, or QEMU closed its outputs: then it ends now or is as good as hung.
                Err(_) => {
                    self.status = self.qemu.wait_until(self.deadline);
                    break;
                }
            }
        }
        self
    }

    fn is_open(&self, guest: &Guest) -> bool {
        !self.deadline.has_passed()
            && guest.progress(&self.letters).is_some()
            && halt(&self.said).is_none()
    }

    fn note(&mut self, heard: Heard, letters: usize) {
        let (kept, bytes, most) = match heard {
            Heard::Letters(bytes) => (&mut self.letters, bytes, letters),
            Heard::Said(bytes) => (&mut self.said, bytes, SAID),
        };
        let room = most.saturating_sub(kept.len());
        kept.extend(bytes.into_iter().take(room));
    }

    fn judge(&self, guest: &Guest, took: Duration) -> Result<Duration, Unfit> {
        let Some(progress) = guest.progress(&self.letters) else { return Ok(took) };
        let halt = halt(&self.said);
        match self.status.filter(|_| halt.is_none()) {
            None => {
                let said = halt.unwrap_or_else(|| last_line(&self.said));
                Err(Unfit::GuestHung { progress, after: took, said })
            }
            Some(status) if status.success() => Err(Unfit::GuestEnded { progress }),
            Some(status) => {
                Err(Unfit::QemuAborted { status: status.to_string(), said: last_line(&self.said) })
            }
        }
    }
}

/// Reads `pipe` to its end on a thread of its own; the channel's end tells that both were read.
fn listen(
    mut pipe: impl Read + Send + 'static,
    sender: SyncSender<Heard>,
    wrap: fn(Vec<u8>) -> Heard,
) {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = pipe.read(&mut buffer) {
            if sender.send(wrap(buffer[..read].to_vec())).is_err() {
                break;
            }
        }
    });
}

fn lines(said: &[u8]) -> impl DoubleEndedIterator<Item = String> {
    said.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).trim().to_owned())
}

/// The line by which QEMU says that the guest cannot go on.
fn halt(said: &[u8]) -> Option<String> {
    lines(said).find(|line| HALTED.iter().any(|sign| line.starts_with(sign)))
}

/// The last line that names an error, otherwise the last line.
fn last_line(said: &[u8]) -> String {
    let last = |wanted: fn(&str) -> bool| lines(said).rfind(|line| wanted(line));
    last(|line| line.contains("error:"))
        .or_else(|| last(|line| !line.is_empty()))
        .unwrap_or_default()
}
