//! One machine under a test's eyes: what it printed, what happened to it, how it ended.

#![allow(unreachable_pub, dead_code, reason = "each test program uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use trial::{Answer, Ending, Event, Machine, Problem, Signal, Signals, Started};
use vm::Qemu;

/// Longer than any guest here takes on a busy host.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// A QEMU spec of these keys.
pub fn spec(keys: Value) -> spec::Qemu {
    serde_json::from_value(keys).unwrap()
}

/// The prepared guest of an architecture under TCG, with these keys over it.
pub fn guest(arch: &str, mode: &str, keys: Value) -> spec::Qemu {
    let guest = testkit::guest(arch);
    let console = if arch == "aarch64" { "ttyAMA0" } else { "ttyS0" };
    let mut all = json!({
        "arch": arch, "kernel": guest.kernel, "initrd": guest.initrd, "accel": "tcg",
        "append": format!("console={console} panic=-1 bootgate.mode={mode}"),
    });
    all.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    spec(all)
}

/// Width and height of a PNG.
pub fn picture_size(file: &Path) -> (u32, u32) {
    let bytes = std::fs::read(file).unwrap();
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

/// A machine that runs.
pub struct Run {
    pub machine: Qemu,
    pub started: Started,
    pub console: String,
    pub events: Vec<Event>,
    pub ending: Option<Ending>,
    pub answers: Vec<Answer>,
    signals: Receiver<(Instant, Signal)>,
}

/// Starts it.
pub fn start(spec: spec::Qemu) -> Result<Run, Problem> {
    start_machine(Qemu::new(spec))
}

/// Starts one that was prepared.
pub fn start_machine(mut machine: Qemu) -> Result<Run, Problem> {
    let (sender, signals) = Signals::channel();
    let started = machine.start(sender)?;
    let (console, events, answers) = (String::new(), Vec::new(), Vec::new());
    Ok(Run { machine, started, console, events, ending: None, answers, signals })
}

impl Run {
    /// Looks on until the console has `text`.
    pub fn wait_for(&mut self, text: &str) {
        self.watch(|run| run.console.contains(text));
        assert!(
            self.console.contains(text),
            "no `{text}`, but {:?}, in:\n{}",
            self.ending,
            self.console
        );
    }

    /// Looks on until the machine ended.
    pub fn end(&mut self) -> Ending {
        self.watch(|run| run.ending.is_some());
        self.ending.clone().unwrap_or_else(|| panic!("it did not end:\n{}", self.console))
    }

    /// How many console lines have `text`.
    pub fn count(&self, text: &str) -> usize {
        self.console.lines().filter(|line| line.contains(text)).count()
    }

    /// Looks on until `done`, the end or the end of patience.
    pub fn watch(&mut self, done: impl Fn(&Run) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !done(self) {
            match self.signals.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok((_, signal)) => self.note(signal),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn note(&mut self, signal: Signal) {
        assert!(self.ending.is_none(), "{signal:?} came after the end");
        match signal {
            Signal::Console(bytes) => self.console.push_str(&String::from_utf8_lossy(&bytes)),
            Signal::Event(event) => self.events.push(event),
            Signal::Ended(ending) => self.ending = Some(ending),
            Signal::Answer(answer) => self.answers.push(answer),
            Signal::Interrupted(name) => panic!("{name} from a machine"),
        }
    }
}
