//! The gate of scripts: any command, which says yes by its exit code.

use std::io::{self, PipeReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;
use std::{env, thread};

use problem::Problem;
use promotion::GateCommand;
use supervise::{Child, Deadline};

use crate::gate::{Answer, Gate, Question};
use crate::log::Log;

/// What every script sees of our environment: none of these is a secret.
const SEEN: [&str; 7] = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR"];

/// How often somebody looks whether it has ended, while it says nothing.
const PAUSE: Duration = Duration::from_millis(50);

/// How long what it said may take to arrive once it has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How many pieces of its output may wait to be written.
const WAITING: usize = 16;

/// The exit codes that are no answer: of bootgate's own commands, and of a shell that cannot start one.
const UNCLEAR: [i32; 3] = [3, 126, 127];

impl Gate for GateCommand {
    fn ask(&self, question: &Question<'_>) -> Result<Answer, Problem> {
        let mut log = Log::create(question.evidence, question.runner.is_some())?;
        let status = run(self, question, &mut log)?;
        // From here on our own commands count again.
        drop(log);
        question.interruption.over(Ok(()))?;
        let unclear = |why: String| {
            Err(Problem::infrastructure(format!(
                "the gate `{}` gave no answer: {why}",
                question.gate
            ))
            .hint("it is closed; its evidence has what it said"))
        };
        let Some(status) = status else {
            let limit = humantime::format_duration(self.limit.unwrap_or_default());
            return unclear(format!("it took longer than {limit}"));
        };
        match status.code() {
            Some(code) if UNCLEAR.contains(&code) => unclear(format!("it ended with {code}")),
            Some(code) => {
                Ok(Answer { is_yes: code == 0, because: format!("it ended with {code}") })
            }
            None => {
                let signal = status.signal().unwrap_or_default();
                unclear(format!("signal {signal} ended it"))
            }
        }
    }
}

/// How it ended, with all that it has started; none if it was ended by its limit.
fn run(
    gate: &GateCommand,
    question: &Question<'_>,
    log: &mut Log,
) -> Result<Option<ExitStatus>, Problem> {
    let cannot = |why: io::Error| {
        Problem::infrastructure(format!("cannot run the gate `{}`: {why}", question.gate))
    };
    let (reader, writer) = io::pipe().map_err(cannot)?;
    let mut command = Command::new("sh");
    command.arg("-c").arg(&gate.run).current_dir(question.folder).stdin(Stdio::null());
    command.stdout(writer.try_clone().map_err(cannot)?).stderr(writer);
    command.env_clear();
    let seen = SEEN.into_iter().chain(gate.env.iter().map(String::as_str));
    command.envs(seen.filter_map(|name| Some((name, env::var_os(name)?))));
    let image = format!("{}@{}", question.image.image, question.image.digest());
    command.env("BOOTGATE_IMAGE", image);
    command.env("BOOTGATE_DIGEST", question.image.digest().to_string());
    command.env("BOOTGATE_EVIDENCE", question.evidence);
    let child = Child::spawn_in_session(&mut command).map_err(cannot)?;
    // It holds the end of the pipe into which the child writes.
    drop(command);
    let (to, said) = sync_channel(WAITING);
    thread::spawn(move || forward(reader, &to));
    let deadline = Deadline::after(gate.limit.unwrap_or(Duration::MAX));
    let status = watch(&child, &said, log, deadline)?;
    // With all that it has started.
    drop(child);
    let last = Deadline::after(LAST_WORDS);
    while let Ok(bytes) = said.recv_timeout(last.remaining()) {
        log.write(&bytes)?;
        if last.has_passed() {
            break;
        }
    }
    Ok(status)
}

/// Writes down what a script says until it has ended; none if the deadline passed before.
fn watch(
    child: &Child,
    said: &Receiver<Vec<u8>>,
    log: &mut Log,
    deadline: Deadline,
) -> Result<Option<ExitStatus>, Problem> {
    loop {
        let status = child.wait_until(Deadline::after(Duration::ZERO));
        if status.is_some() || deadline.has_passed() {
            return Ok(status);
        }
        match said.recv_timeout(PAUSE.min(deadline.remaining())) {
            Ok(bytes) => log.write(&bytes)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(child.wait_until(deadline)),
        }
    }
}

/// What comes out of a pipe, until nobody holds its other end or nobody listens.
fn forward(mut from: PipeReader, to: &SyncSender<Vec<u8>>) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if to.send(buffer[..count].to_vec()).is_err() {
            return;
        }
    }
}
