//! One run: a loop over what the machine says and what the clocks say.

mod aftermath;
mod asking;
mod collecting;
mod ends;
mod holding;
mod interview;
mod reporting;
mod turn;

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use spec::{Action, Spec};
use verdict::{Conclusion, Judge, Notice, Rules, Stage, plain};

use asking::Asking;
pub(crate) use ends::{BYSTANDER, step_failed};
use ends::{gone, limit, lost, restarted, unwritten};
use turn::Turn;

use crate::clocks::Clocks;
use crate::recorder::Recorder;
use crate::steps::{Steps, Want};
use crate::{Event, Machine, Problem, Report, Signal, Signals, Watcher};

/// How long we go on listening after a crash, for the lines that explain it.
const EXPLAIN: Duration = Duration::from_secs(2);

/// A crash report that pauses for as long is over.
const EXPLAIN_QUIET: Duration = Duration::from_millis(300);

/// How often a watcher is told that time passes, and the recording is put on the disk.
const TICK: Duration = Duration::from_millis(250);

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Signs are awaited.
    Running,
    /// All were seen; a crash may still come, until this time.
    Draining(Duration),
    /// It is decided; the console may still explain, until this time.
    Explaining(Duration),
}

/// Runs `spec` once on `machine` and leaves the recording in `folder`.
///
/// # Errors
/// The user's mistakes only; everything else is a verdict.
pub(crate) fn once(
    spec: &Spec,
    machine: &mut dyn Machine,
    folder: &Path,
    watcher: &mut dyn Watcher,
) -> Result<Report, Problem> {
    let nonce = nonce();
    let judge =
        Judge::new(rules(spec, &nonce)).map_err(|error| Problem::user(error.to_string()))?;
    let recorder = Recorder::create(folder, &spec.name)?;
    let (signals, receiver) = Signals::channel();
    watcher.listen(signals.clone());
    let begin = Instant::now();
    let started = machine.start(signals)?;
    let clocks = Clocks::new(spec, started.accelerator);
    let steps = Steps::new(&spec.steps, &nonce);
    let mut run = Run {
        begin,
        machine,
        judge,
        recorder,
        steps,
        clocks,
        asking: Asking::new(spec),
        watcher,
        phase: Phase::Running,
        last_output: Duration::ZERO,
        last_tick: Duration::ZERO,
        turn: Turn::default(),
        signed: None,
        decided: None,
        collected: Vec::new(),
        notes: Vec::new(),
    };
    let conclusion = run.watch(&receiver);
    let conclusion = run.collect(spec, folder, &receiver, conclusion);
    let conclusion = run.aftermath(folder, &receiver, conclusion);
    Ok(run.report(spec, conclusion, started, folder, receiver))
}

fn rules(spec: &Spec, nonce: &str) -> Rules {
    let any = |is: fn(&Action) -> bool| spec.steps.iter().any(|step| is(&step.action));
    Rules {
        pass: spec.pass.clone(),
        fail: spec.fail.clone(),
        allow: spec.allow.iter().map(|allow| allow.pattern.clone()).collect(),
        tests: spec.results,
        marks: Steps::patterns(&spec.steps),
        nonce: any(|action| matches!(action, Action::Run(_))).then(|| nonce.to_owned()),
        asks: any(|action| matches!(action, Action::Ask(_))),
        boots: spec.limits.boots,
    }
}

/// A word that the guest cannot have printed before we typed it.
fn nonce() -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

struct Run<'a> {
    begin: Instant,
    machine: &'a mut dyn Machine,
    judge: Judge,
    recorder: Recorder,
    steps: Steps<'a>,
    clocks: Clocks,
    asking: Asking<'a>,
    watcher: &'a mut dyn Watcher,
    phase: Phase,
    last_output: Duration,
    last_tick: Duration,
    turn: Turn,
    /// When the last sign was seen.
    signed: Option<Duration>,
    /// When the verdict was found.
    decided: Option<Duration>,
    /// Files of the guest's in the evidence.
    collected: Vec<String>,
    /// What became of those that are not.
    notes: Vec<String>,
}

impl Run<'_> {
    fn watch(&mut self, receiver: &Receiver<(Instant, Signal)>) -> Conclusion {
        loop {
            let now = self.begin.elapsed();
            let wake = match self.advance(now) {
                Ok(wake) => wake,
                Err(conclusion) => return conclusion,
            };
            if let Some(conclusion) = self.expired(now) {
                return conclusion;
            }
            let wait = wake.min(self.next_deadline(now)).saturating_sub(now);
            match receiver.recv_timeout(wait) {
                Ok((at, signal)) => {
                    if let Some(conclusion) =
                        self.signal(at.saturating_duration_since(self.begin), signal)
                    {
                        return conclusion;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return gone(),
            }
        }
    }

    /// Lets the steps go on as far as they can; says when they want to be asked again.
    fn advance(&mut self, now: Duration) -> Result<Duration, Conclusion> {
        self.take_turn(now)?;
        if self.phase != Phase::Running {
            return Ok(Duration::MAX);
        }
        loop {
            match self.steps.advance(now, &mut self.judge) {
                Want::Type(bytes) => self.type_on_console(now, &bytes),
                Want::Enter(line) => self.enter(now, &line),
                Want::Lost(what) => return Err(lost(&what)),
                Want::Ask(system) => return self.ask(now, system),
                Want::Wait(until) => {
                    self.see_whether_all_is_done(now);
                    return Ok(until.unwrap_or(Duration::MAX).min(self.next_turn(now)));
                }
            }
        }
    }

    fn type_on_console(&mut self, now: Duration, bytes: &[u8]) {
        self.judge.reached(now, Stage::Test);
        // A console that is gone means a machine that has ended, of which we are about to hear.
        let _gone = self.machine.send(bytes);
    }

    fn enter(&mut self, now: Duration, line: &[u8]) {
        // Its echo is on the line that ends now; from here on that is not taken for the guest's own words.
        self.judge.typed(line);
        if line.ends_with(b"\n") {
            self.type_on_console(now, b"\n");
        }
    }

    fn see_whether_all_is_done(&mut self, now: Duration) {
        if self.phase == Phase::Running && self.steps.is_done() && self.judge.has_passed() {
            self.signed = Some(self.signed.unwrap_or(now));
            self.phase = Phase::Draining(now + self.clocks.drain);
        }
    }

    fn signal(&mut self, at: Duration, signal: Signal) -> Option<Conclusion> {
        match signal {
            Signal::Console(bytes) => self.console(at, &bytes),
            Signal::Event(Event::Panicked) => {
                let notice = self.judge.panicked(at);
                self.notice(at, &notice)
            }
            Signal::Event(Event::Reset) if !self.asking.may_restart() => Some(restarted()),
            Signal::Event(Event::Reset) => {
                self.judge.restarted(at).and_then(|notice| self.notice(at, &notice))
            }
            Signal::Answer(answer) => self.answered(at, answer),
            Signal::Ended(ending) if ending.failed => {
                let _wake = self.advance(at);
                Some(Conclusion::ExitFailed(ending.reason))
            }
            Signal::Ended(ending) if ending.by_guest => {
                let _wake = self.advance(at);
                Some(Conclusion::Ended(ending.reason))
            }
            Signal::Ended(ending) => {
                Some(Conclusion::Infrastructure { kind: "machine", reason: ending.reason })
            }
            Signal::Interrupted(name) => Some(Conclusion::Infrastructure {
                kind: "interrupted",
                reason: format!("interrupted by {name}"),
            }),
        }
    }

    fn console(&mut self, at: Duration, bytes: &[u8]) -> Option<Conclusion> {
        self.last_output = at;
        let notices = self.judge.read(at, bytes);
        self.steps.hear(&plain(bytes));
        let ends: Vec<Conclusion> =
            notices.iter().filter_map(|notice| self.notice(at, notice)).collect();
        self.watcher.console(bytes);
        let written = self.recorder.write(at, bytes).err();
        ends.into_iter().next().or_else(|| written.map(|problem| unwritten(&problem)))
    }

    fn notice(&mut self, at: Duration, notice: &Notice) -> Option<Conclusion> {
        match *notice {
            Notice::Stage(stage) => self.watcher.progress(at, Some(stage)),
            Notice::Sign { mark, line } => self.steps.sign(at, mark, line),
            Notice::Passed => self.signed = Some(at),
            Notice::Ran { step, status } => {
                return self.steps.ran(at, step, status).map(ends::step_failed);
            }
            Notice::Decided if !matches!(self.phase, Phase::Explaining(_)) => {
                self.phase = Phase::Explaining(at + EXPLAIN);
            }
            Notice::Decided => {}
        }
        None
    }

    fn expired(&mut self, now: Duration) -> Option<Conclusion> {
        if now >= self.last_tick + TICK {
            self.last_tick = now;
            self.watcher.progress(now, self.judge.stage());
            if let Err(problem) = self.recorder.flush() {
                return Some(unwritten(&problem));
            }
        }
        if self.phase_ends().is_some_and(|end| now >= end) || self.judge.has_heard_enough() {
            return self.heard_enough();
        }
        if self.turn.again(now).is_some() {
            return None;
        }
        if now >= self.clocks.total {
            return Some(self.over("total", "the whole run", self.clocks.total));
        }
        if self.phase != Phase::Running {
            return None;
        }
        let quiet_since = self.last_output.max(self.turn.resumed);
        if let Some(silence) = self.clocks.silence.filter(|silence| now >= quiet_since + *silence) {
            return Some(self.over("silence", "silence on the console", silence));
        }
        if let Some((stage, time, _)) = self.stage_end().filter(|(_, _, end)| now >= *end) {
            return Some(self.over("stage", &format!("stage {stage}"), time));
        }
        let (step, end) = self.step_end()?;
        let what = || self.steps.waiting_for().unwrap_or_default();
        (now >= end).then(|| self.over("step", &what(), step))
    }

    /// The end by a limit, with what was still waited for in the guest.
    fn over(&self, kind: &'static str, what: &str, time: Duration) -> Conclusion {
        limit(kind, what, time, self.asking.waiting_for())
    }

    fn next_deadline(&self, now: Duration) -> Duration {
        let silence = self.clocks.silence.filter(|_| self.phase == Phase::Running);
        let quiet_since = self.last_output.max(self.turn.resumed);
        let silence = silence.map_or(Duration::MAX, |silence| quiet_since + silence);
        let ends = self.step_end().map(|(_, end)| end).into_iter();
        let ends = ends.chain(self.stage_end().map(|(_, _, end)| end));
        let step = ends.filter(|_| self.phase == Phase::Running).min().unwrap_or(Duration::MAX);
        if let Some(again) = self.turn.again(now) {
            return again;
        }
        let phase = self.phase_ends().unwrap_or(Duration::MAX);
        (now + TICK).min(silence).min(step).min(phase).min(self.clocks.total)
    }

    fn phase_ends(&self) -> Option<Duration> {
        match self.phase {
            Phase::Running => None,
            Phase::Draining(until) => Some(until),
            Phase::Explaining(until) => Some(until.min(self.last_output + EXPLAIN_QUIET)),
        }
    }

    /// How long the step that is being taken may take, and when that is over.
    fn step_end(&self) -> Option<(Duration, Duration)> {
        let limit = self.clocks.step(self.steps.taken().len().checked_sub(1)?)?;
        (!self.steps.is_done()).then(|| (limit, self.steps.began() + limit))
    }

    /// The stage that the guest is in, how long it may stay there, and when that is over.
    fn stage_end(&self) -> Option<(Stage, Duration, Duration)> {
        // A guest that has said nothing yet is in its firmware.
        let stage = self.judge.stage().unwrap_or(Stage::Firmware);
        let limit = self.clocks.stage(stage)?;
        Some((stage, limit, self.judge.stage_began().max(self.turn.resumed) + limit))
    }
}
