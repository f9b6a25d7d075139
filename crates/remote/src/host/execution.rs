//! A command in the tree, whose output goes over the line.

use std::env;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use problem::Problem;
use supervise::{Child, Deadline};

use super::line::Speaker;
use crate::message::{Execute, FromHost};

/// A command that runs.
pub(super) struct Execution {
    child: Child,
    pumps: Vec<JoinHandle<()>>,
}

impl Execution {
    /// Starts it.
    pub(super) fn start(
        execute: &Execute,
        tree: &Path,
        variables: &[(String, String)],
        speaker: &Speaker,
    ) -> Result<Execution, Problem> {
        let [program, arguments @ ..] = &execute.words[..] else {
            return Err(Problem::user("there is nothing to run"));
        };
        let mut command = match program.as_str() {
            "bootgate" => Command::new(env::current_exe().map_err(own)?),
            program => Command::new(program),
        };
        command.args(arguments).current_dir(tree);
        command.envs(execute.variables.iter().chain(variables).map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = Child::spawn(&mut command).map_err(|error| {
            Problem::infrastructure(format!("cannot start `{program}` there: {error}"))
        })?;
        let pumps = [
            child.take_stdout().map(|output| pump(output, false, speaker)),
            child.take_stderr().map(|output| pump(output, true, speaker)),
        ];
        Ok(Execution { child, pumps: pumps.into_iter().flatten().collect() })
    }

    /// How it ended, if it did by then, once all that it printed was passed on.
    pub(super) fn ended_by(&mut self, deadline: Deadline) -> Option<ExitStatus> {
        let status = self.child.wait_until(deadline)?;
        self.pumps.drain(..).for_each(|pump| drop(pump.join()));
        Some(status)
    }

    /// Asks it to end.
    pub(super) fn cancel(&self) {
        self.child.ask_to_end(super::work::GRACE);
        self.child.kill_group();
    }
}

fn own(error: io::Error) -> Problem {
    Problem::infrastructure(format!("our own program is gone there: {error}"))
}

fn pump(
    mut output: impl Read + Send + 'static,
    is_error: bool,
    speaker: &Speaker,
) -> JoinHandle<()> {
    let speaker = speaker.clone();
    thread::spawn(move || {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(length @ 1..) = output.read(&mut bytes) {
            if speaker.say(&FromHost::Output { is_error }, &bytes[..length]).is_err() {
                return;
            }
        }
    })
}
