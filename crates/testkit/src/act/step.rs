//! One step of an action, started and cancelled as the runner does it: only node gets the signals.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::residue::{self, Process};
use super::{Release, files, tools};

/// How long the runner waits after SIGINT.
const AFTER_INTERRUPT: Duration = Duration::from_millis(7500);

/// How long it waits after SIGTERM.
const AFTER_TERMINATE: Duration = Duration::from_millis(2500);

/// Longer than any step of the tests takes on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often something is looked at again.
const TICK: Duration = Duration::from_millis(10);

/// Which script of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// `main.cjs`.
    Main,
    /// `post.cjs`.
    Post,
}

/// A step that uses one of our actions, with a workspace and the runner's folders. Dropping it kills what it left.
#[derive(Debug)]
pub struct Step {
    folder: TempDir,
    script: PathBuf,
    variables: Vec<(OsString, OsString)>,
    mark: String,
}

impl Step {
    /// A step that uses `release`'s action of this name.
    pub fn new(release: &Release, action: &str) -> Step {
        let folder = TempDir::with_prefix("bootgate-step-");
        let folder = folder.unwrap_or_else(|error| panic!("{error}"));
        for part in ["work", "temp", "home", "tmp"] {
            fs::create_dir(folder.path().join(part)).unwrap_or_else(|error| panic!("{error}"));
        }
        // The runner ends what still carries this when the job is over; here it is what finds it.
        let mark = format!("github_{}", folder.path().file_name().unwrap_or_default().display());
        let script = release.path().join("actions").join(action);
        Step { folder, script, variables: Vec::new(), mark }
    }

    /// Gives it an input.
    #[must_use]
    pub fn input(self, name: &str, value: &str) -> Step {
        self.env(&format!("INPUT_{}", name.replace(' ', "_").to_uppercase()), value)
    }

    /// Gives it a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Step {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Writes a file of its workspace.
    #[must_use]
    pub fn file(self, path: &str, text: &str) -> Step {
        files::write(&self.workspace().join(path), text);
        self
    }

    /// Its workspace.
    pub fn workspace(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// What it has written so far into one of the runner's files, such as `GITHUB_OUTPUT`.
    pub fn runner_file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join("temp").join(name)).unwrap_or_default()
    }

    /// Starts a script.
    pub fn start(&self, stage: Stage) -> Running {
        let log = self.folder.path().join(format!("{stage:?}.log"));
        let output = File::create(&log).unwrap_or_else(|error| panic!("{error}"));
        let errors = output.try_clone().unwrap_or_else(|error| panic!("{error}"));
        let name = if stage == Stage::Main { "main.cjs" } else { "post.cjs" };
        let mut command = Command::new(tools::tool("node"));
        command.arg(self.script.join(name)).current_dir(self.workspace());
        self.surround(&mut command);
        let child = command.stdout(output).stderr(errors).spawn();
        let child = child.unwrap_or_else(|error| panic!("node: {error}"));
        Running { child, log, mark: self.mark.clone(), folder: self.folder.path().to_owned() }
    }

    /// Runs a script to its end.
    pub fn run(&self, stage: Stage) -> Done {
        self.start(stage).wait()
    }

    /// Which processes and folders are left of it.
    pub fn left(&self) -> Vec<String> {
        let processes = Process::all(&self.mark, self.folder.path());
        let mut left: Vec<String> = processes.iter().map(Process::shown).collect();
        left.extend(residue::folders(&self.folder.path().join("tmp")));
        left
    }

    /// The environment that the runner gives a script, and nothing of ours.
    fn surround(&self, command: &mut Command) {
        let folder = self.folder.path();
        command.env_clear().env("PATH", tools::path()).env("LANG", "C.UTF-8");
        command.env("HOME", folder.join("home")).env("TMPDIR", folder.join("tmp"));
        for (name, value) in [
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_REPOSITORY", "octo/kernel"),
            ("RUNNER_OS", "Linux"),
            ("RUNNER_TRACKING_ID", &self.mark),
        ] {
            command.env(name, value);
        }
        command.env("GITHUB_WORKSPACE", self.workspace()).env("RUNNER_TEMP", folder.join("temp"));
        for name in ["ENV", "OUTPUT", "PATH", "STATE", "STEP_SUMMARY"] {
            let name = format!("GITHUB_{name}");
            let file = folder.join("temp").join(&name);
            File::options()
                .append(true)
                .create(true)
                .open(&file)
                .unwrap_or_else(|error| panic!("{error}"));
            command.env(name, file);
        }
        for (name, value) in states(&self.runner_file("GITHUB_STATE")) {
            command.env(format!("STATE_{name}"), value);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        Process::all(&self.mark, self.folder.path()).iter().for_each(Process::kill);
    }
}

/// Reads a file of `name=value` and `name<<end … end`.
fn states(text: &str) -> Vec<(String, String)> {
    let (mut states, mut lines) = (Vec::new(), text.lines());
    while let Some(line) = lines.next() {
        if let Some((name, end)) = line.split_once("<<").filter(|(name, _)| !name.contains('=')) {
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            states.push((name.to_owned(), value.join("\n")));
        } else if let Some((name, value)) = line.split_once('=') {
            states.push((name.to_owned(), value.to_owned()));
        }
    }
    states
}

/// A script that runs.
#[derive(Debug)]
pub struct Running {
    child: Child,
    log: PathBuf,
    mark: String,
    folder: PathBuf,
}

/// What it took to end a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It ended by itself.
    Itself,
    /// SIGINT.
    Interrupt,
    /// SIGTERM, after SIGINT.
    Terminate,
    /// The runner's patience was over, and it killed all processes.
    Kill,
}

/// A script that has ended.
#[derive(Clone, Debug)]
pub struct Done {
    /// How node ended.
    pub status: ExitStatus,
    /// Everything that it and its children wrote.
    pub output: String,
    /// What ended it.
    pub end: End,
}

impl Done {
    /// Its exit code, unless a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }
}

impl Running {
    /// Waits until it wrote `text`.
    ///
    /// # Panics
    /// It ended without, or does neither.
    pub fn wait_for(&mut self, text: &str) {
        let start = Instant::now();
        while !self.output().contains(text) {
            let ended = self.child.try_wait().ok().flatten();
            assert!(ended.is_none() || self.output().contains(text), "ended: {}", self.output());
            assert!(start.elapsed() < PATIENCE, "never said `{text}`: {}", self.output());
            thread::sleep(TICK);
        }
    }

    /// Sends node, and nobody else, a signal.
    pub fn signal(&self, signal: Signal) {
        // It may have ended meanwhile.
        let _gone = kill_process(Pid::from_child(&self.child), signal);
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// There is none.
    pub fn wait(mut self) -> Done {
        match self.ended_within(PATIENCE) {
            Some(status) => self.done(status, End::Itself),
            None => panic!("did not end: {}", self.output()),
        }
    }

    /// Cancels it as the runner does: SIGINT to node alone, 7.5 s, SIGTERM, 2.5 s, then everything is killed.
    pub fn cancel(mut self) -> Done {
        let orders = [
            (Signal::INT, AFTER_INTERRUPT, End::Interrupt),
            (Signal::TERM, AFTER_TERMINATE, End::Terminate),
        ];
        for (signal, patience, end) in orders {
            self.signal(signal);
            if let Some(status) = self.ended_within(patience) {
                return self.done(status, end);
            }
        }
        Process::all(&self.mark, &self.folder).iter().for_each(Process::kill);
        let status = self.child.wait().unwrap_or_else(|error| panic!("{error}"));
        self.done(status, End::Kill)
    }

    fn ended_within(&mut self, time: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Err(error) => panic!("{error}"),
                Ok(None) if start.elapsed() > time => return None,
                Ok(None) => thread::sleep(TICK),
            }
        }
    }

    fn done(&self, status: ExitStatus, end: End) -> Done {
        Done { status, output: self.output(), end }
    }

    fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(Path::new(&self.log)).unwrap_or_default()).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_state_are_read() {
        let text = "a=b=c\nfolder<<E0F\n/one\n/two<<x\nE0F\nlast=\n";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            states(text),
            [pair("a", "b=c"), pair("folder", "/one\n/two<<x"), pair("last", "")]
        );
    }
}
