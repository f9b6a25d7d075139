//! Asking inside the guest: one question at a time, again until all is as it has to be, and what its silence means.

use std::time::Duration;

use spec::{Access, Action, Spec, Step, System};
use verdict::{Conclusion, Stage};

use super::{Phase, Run};
use crate::system::{self, Check, Fault, Memory, Outcome};
use crate::{Answer, Question, Said, Unreached};

/// The shortest time between an answer and the next question. It is never shorter than the answer took: a guest should
/// not spend more time on us than on its boot.
const PAUSE: Duration = Duration::from_millis(200);

/// How long a guest that took a question and went away may go on to say why, on its console or by its machine's word.
const GRACE: Duration = Duration::from_secs(3);

/// What is being asked.
pub(super) struct Asking<'a> {
    access: &'a Access,
    /// Whether restarts that no step asks for end the run.
    strict: bool,
    next: u64,
    /// What the step of this number wants to know.
    check: Option<(usize, Box<dyn Check>)>,
    /// The question that is out, and since when.
    asked: Option<(u64, Duration)>,
    not_before: Duration,
    /// A question that must not be asked again got lost: until when an explanation is awaited, and what was said of it.
    lost: Option<(Duration, String)>,
    waiting: Option<String>,
    restarting: bool,
    /// Whether the guest ever answered.
    pub(super) has_answered: bool,
    pub(super) memory: Memory,
}

impl<'a> Asking<'a> {
    pub(super) fn new(spec: &'a Spec) -> Asking<'a> {
        let restarts = |step: &Step| matches!(step.action, Action::Ask(System::Reboot(_)));
        Asking {
            access: &spec.access,
            strict: spec.steps.iter().any(restarts) && spec.limits.boots.is_none(),
            next: 0,
            check: None,
            asked: None,
            not_before: Duration::ZERO,
            lost: None,
            waiting: None,
            restarting: false,
            has_answered: false,
            memory: Memory::default(),
        }
    }

    /// Whether the guest may be reset now: a step asked for it, or the spec lets it as often as it says.
    pub(super) fn may_restart(&self) -> bool {
        self.restarting || !self.strict
    }

    /// What the guest still lacks, or why it cannot be asked.
    pub(super) fn waiting_for(&self) -> Option<String> {
        self.waiting.clone()
    }

    /// Whether there is another way into the guest than its console.
    pub(super) fn is_possible(&self) -> bool {
        *self.access != Access::Console
    }

    /// A number that no question had.
    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Nobody takes us in, in words.
    pub(super) fn unready(&self, why: &str) -> String {
        let way = match self.access {
            Access::GuestAgent => "no answer by the guest agent",
            Access::Ssh(_) | Access::Console => "no login by SSH",
        };
        let more = if self.has_answered { " any more" } else { "" };
        format!("{way}{more}: {}", system::shown(why.as_bytes()).replace('\n', " "))
    }

    /// Begins with the step of this number, unless it is being asked already.
    fn begin(&mut self, index: usize, system: &System, budget: Option<Duration>) {
        if self.check.as_ref().is_none_or(|(of, _)| *of != index) {
            self.check = Some((index, system::check(system, budget)));
            (self.asked, self.lost, self.waiting) = (None, None, None);
            (self.restarting, self.not_before) = (false, Duration::ZERO);
        }
    }
}

impl Run<'_> {
    /// Asks what the step wants to know, if it is time; says when it wants to be called again.
    pub(super) fn ask(&mut self, now: Duration, system: &System) -> Result<Duration, Conclusion> {
        let index = self.steps.index();
        self.asking.begin(index, system, self.clocks.budget(index));
        if let Some((until, why)) = &self.asking.lost {
            return if now < *until { Ok(*until) } else { Err(self.broken_off(system, why)) };
        }
        if self.asking.asked.is_some() {
            return Ok(Duration::MAX);
        }
        if now < self.asking.not_before {
            return Ok(self.asking.not_before);
        }
        self.put(now)
    }

    fn put(&mut self, now: Duration) -> Result<Duration, Conclusion> {
        let end = self.step_end().map_or(self.clocks.total, |(_, end)| end.min(self.clocks.total));
        let id = self.asking.number();
        let Some((_, check)) = &self.asking.check else { return Ok(Duration::MAX) };
        let left = end.saturating_sub(now);
        let limit = check.patience().map_or(left, |patience| patience.min(left));
        if check.restarts() && !self.asking.restarting {
            self.asking.restarting = true;
            self.judge.restart_expected();
        }
        let question = Question { id, script: check.script(), limit, most: check.most() };
        self.asking.asked = Some((id, now));
        match self.machine.ask(question) {
            Ok(()) => Ok(Duration::MAX),
            Err(error) => Err(broken(format!("the guest cannot be asked: {error}"))),
        }
    }

    /// Takes the answer to the question that is out; any other is none.
    pub(super) fn answered(&mut self, at: Duration, answer: Answer) -> Option<Conclusion> {
        let (_, since) = self.asking.asked.take_if(|(id, _)| *id == answer.id)?;
        if self.phase != Phase::Running {
            return None;
        }
        self.asking.not_before = at + PAUSE.max(at.saturating_sub(since));
        match answer.result {
            Ok(said) => self.heard(at, &said),
            Err(Unreached::NotReady(why)) => {
                self.asking.waiting = Some(self.asking.unready(&why));
                None
            }
            Err(Unreached::Lost(why)) => {
                let (_, check) = self.asking.check.as_mut()?;
                if check.lost() {
                    self.asking.waiting = Some(self.asking.unready(&why));
                } else {
                    self.asking.lost = Some((at + GRACE, why));
                }
                None
            }
            Err(Unreached::Broken(why)) => Some(broken(why)),
        }
    }

    fn heard(&mut self, at: Duration, said: &Said) -> Option<Conclusion> {
        let asking = &mut self.asking;
        asking.has_answered = true;
        let (_, check) = asking.check.as_mut()?;
        let outcome = check.judge(said, &mut asking.memory);
        self.judge.reached(at, Stage::Test);
        match outcome {
            Outcome::Met(found) => {
                self.asking.check = None;
                self.asking.waiting = None;
                self.asking.restarting = false;
                self.steps.met(at, found);
                None
            }
            Outcome::Next => {
                self.asking.not_before = at;
                None
            }
            Outcome::NotYet(why) => {
                self.asking.waiting = Some(why);
                None
            }
            Outcome::Failed(fault) => Some(self.failed(fault)),
        }
    }

    fn failed(&mut self, fault: Fault) -> Conclusion {
        let phase = self.steps.current().and_then(|step| step.phase);
        let phase = phase.map(|phase| format!("{phase}: ")).unwrap_or_default();
        let what = self.steps.waiting_for().unwrap_or_default();
        let detail = fault.detail.map(|detail| format!("; {detail}")).unwrap_or_default();
        self.steps.found(fault.said);
        Conclusion::StepFailed {
            reason: format!("{what}: {}{detail}", fault.title),
            title: phase + &fault.title,
        }
    }

    /// Nothing explained why the guest went away.
    fn broken_off(&self, system: &System, why: &str) -> Conclusion {
        let title = format!("the guest went away during {system}");
        let what = self.steps.waiting_for().unwrap_or_default();
        let why = system::shown(why.as_bytes()).replace('\n', " ");
        Conclusion::StepFailed { reason: format!("{what}: the guest went away: {why}"), title }
    }
}

/// Our own side cannot ask.
fn broken(reason: String) -> Conclusion {
    Conclusion::Infrastructure { kind: "access", reason }
}
