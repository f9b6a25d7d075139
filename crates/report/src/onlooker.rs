//! Looks on while a trial runs: a progress line on a terminal, the console on a runner, and an ear for Ctrl-C.

use std::io::{IsTerminal, Write, stderr, stdin, stdout};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use gha::Runner;
use supervise::Interrupts;
use trial::{Problem, Signal, Signals, Watcher};
use verdict::{Judgement, Stage};

use crate::github::{self, Live};

/// Who is to hear of an interruption, or the interruption that nobody was there to hear.
#[derive(Debug, Default)]
struct Ear {
    signals: Option<Signals>,
    interrupted: Option<&'static str>,
}

/// A watcher for a program that a person or a runner has started.
pub struct Onlooker {
    name: String,
    ear: Arc<Mutex<Ear>>,
    terminal: bool,
    live: Option<Live>,
    relays: bool,
    hold: Option<Duration>,
}

impl Onlooker {
    /// From now on signals that ask us to end are passed to the trial, whose machine is held for so long where it is.
    ///
    /// # Errors
    /// Signals cannot be listened for, or the runner's log or state cannot be written.
    pub fn new(
        name: &str,
        runner: Option<&Runner>,
        hold: Option<Duration>,
    ) -> Result<Onlooker, Problem> {
        let ear = Arc::new(Mutex::new(Ear::default()));
        let heard = Arc::clone(&ear);
        Interrupts::on_interrupt(move |signal| interrupt(&heard, signal)).map_err(|error| {
            Problem::infrastructure(format!("cannot listen for signals: {error}"))
        })?;
        runner.map_or(Ok(()), github::begin)?;
        let live = runner.map(|_| Live::open(name)).transpose();
        let live = live
            .map_err(|error| Problem::infrastructure(format!("cannot write the log: {error}")))?;
        Ok(Onlooker {
            name: name.into(),
            ear,
            terminal: runner.is_none() && stderr().is_terminal(),
            live,
            relays: false,
            hold,
        })
    }

    /// Shows nothing, and passes the console on as it is, on standard output, for whoever started us on another machine.
    ///
    /// # Errors
    /// Signals cannot be listened for.
    pub fn relaying(name: &str) -> Result<Onlooker, Problem> {
        let mut onlooker = Onlooker::new(name, None, None)?;
        (onlooker.relays, onlooker.terminal) = (true, false);
        Ok(onlooker)
    }

    fn clear(&self) {
        if self.terminal {
            // A progress line that cannot be shown is not worth a failure.
            let _unshown = write!(stderr(), "\r\x1b[K");
        }
    }
}

fn interrupt(ear: &Mutex<Ear>, signal: &'static str) {
    let mut ear = ear.lock().unwrap_or_else(PoisonError::into_inner);
    ear.interrupted = Some(signal);
    let signals = ear.signals.clone();
    drop(ear);
    signals.map(|signals| signals.send(Signal::Interrupted(signal)));
}

impl Watcher for Onlooker {
    fn listen(&mut self, signals: Signals) {
        let mut ear = self.ear.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signal) = ear.interrupted {
            signals.send(Signal::Interrupted(signal));
        }
        ear.signals = Some(signals);
    }

    fn console(&mut self, bytes: &[u8]) {
        if let Some(live) = &mut self.live {
            live.show(bytes);
        }
        if self.relays {
            // Whoever does not listen any more still gets the evidence.
            let _unheard = stdout().write_all(bytes).and_then(|()| stdout().flush());
        }
    }

    fn holds(&self) -> Option<Duration> {
        self.hold
    }

    fn held(&mut self, judgement: &Judgement, ways: &[String], time: Duration) {
        self.clear();
        let time = humantime::format_duration(time);
        let title = verdict::harmless(&judgement.title);
        let told = format!("{} {}: {title}\nheld for {time}:", judgement.verdict, self.name);
        let keys = "Enter or Ctrl-C ends it";
        let lines: Vec<String> = ways.iter().map(|way| format!("\n  {way}")).collect();
        let _unshown = writeln!(stderr(), "{told}{}\n  {keys}", lines.concat());
        if stdin().is_terminal() {
            let ear = Arc::clone(&self.ear);
            thread::spawn(move || {
                if stdin().read_line(&mut String::new()).is_ok() {
                    let ear = ear.lock().unwrap_or_else(PoisonError::into_inner);
                    ear.signals.as_ref().map(|signals| signals.send(Signal::Interrupted("Enter")));
                }
            });
        }
    }

    fn progress(&mut self, elapsed: Duration, stage: Option<Stage>) {
        if self.terminal {
            let stage = stage.map_or("starting", Stage::as_str);
            let _unshown =
                write!(stderr(), "\r\x1b[K{}: {stage}, {:.1} s", self.name, elapsed.as_secs_f32());
        }
    }
}

impl Drop for Onlooker {
    fn drop(&mut self) {
        self.clear();
    }
}
