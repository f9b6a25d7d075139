//! The steps of a spec, one after the other.

use std::time::Duration;

use spec::{Action, Step, System};
use verdict::{Judge, Pattern};

use crate::typist::{Typist, Wish};

/// What the steps want done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Want<'a> {
    /// These bytes are to be typed.
    Type(Vec<u8>),
    /// This line was typed, and is to be entered if it ends in a line feed.
    Enter(Vec<u8>),
    /// Nothing before this time, unless something comes from the guest.
    Wait(Option<Duration>),
    /// What was typed never came back whole.
    Lost(String),
    /// This is to be asked inside the guest, until it is content.
    Ask(&'a System),
}

/// How one step ended, for the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) began: Duration,
    pub(crate) ended: Option<Duration>,
    /// What the guest answered, made harmless.
    pub(crate) found: Option<String>,
}

/// Where a run is in its steps.
pub(crate) struct Steps<'a> {
    steps: &'a [Step],
    marks: Vec<Option<usize>>,
    nonce: String,
    taken: Vec<Taken>,
    typist: Option<Typist>,
    /// The line that the last expectation was met on: the next must be met on a later one.
    floor: u64,
    /// How many steps may be taken by now.
    open: usize,
    /// Whether this is a recording: nothing can be typed, and prompts are part of complete lines.
    recorded: bool,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(steps: &'a [Step], nonce: &str) -> Steps<'a> {
        Steps::begun(steps, nonce, false)
    }

    /// The same steps, to be found again in a recording.
    pub(crate) fn recorded(steps: &'a [Step]) -> Steps<'a> {
        Steps::begun(steps, "", true)
    }

    fn begun(steps: &'a [Step], nonce: &str, recorded: bool) -> Steps<'a> {
        let mut numbers = 0..;
        let number = |step| expectation(step).and_then(|_| numbers.next());
        let marks = steps.iter().map(number).collect();
        let mut steps = Steps {
            steps,
            marks,
            nonce: nonce.into(),
            taken: Vec::new(),
            typist: None,
            floor: 0,
            open: usize::MAX,
            recorded,
        };
        steps.begin(Duration::ZERO);
        steps
    }

    /// What the steps wait for on the console, in the order of the marks.
    pub(crate) fn patterns(steps: &[Step]) -> Vec<Pattern> {
        steps.iter().filter_map(expectation).cloned().collect()
    }

    /// The step that is being taken.
    pub(crate) fn current(&self) -> Option<&'a Step> {
        self.steps.get(self.index())
    }

    pub(crate) fn is_done(&self) -> bool {
        self.index() >= self.steps.len()
    }

    /// Lets so many steps be taken; the time of one that waits for that has not begun.
    pub(crate) fn open(&mut self, open: usize, now: Duration) {
        self.open = open;
        if self.waits_for_others() {
            self.taken.last_mut().into_iter().for_each(|taken| taken.began = now);
        }
    }

    /// Whether the next step is not to be taken yet.
    pub(crate) fn waits_for_others(&self) -> bool {
        !self.is_done() && self.ended() >= self.open
    }

    /// How many steps have ended.
    pub(crate) fn ended(&self) -> usize {
        self.index()
    }

    /// When the step that is being taken began.
    pub(crate) fn began(&self) -> Duration {
        self.taken.last().map_or(Duration::ZERO, |taken| taken.began)
    }

    /// How the steps were taken so far.
    pub(crate) fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// The step that is being taken, in words.
    pub(crate) fn waiting_for(&self) -> Option<String> {
        let step = self.current()?;
        Some(format!(
            "step {} ({}, line {} of the spec)",
            self.index() + 1,
            describe(step),
            step.line
        ))
    }

    /// A complete line matched one of the marks.
    pub(crate) fn sign(&mut self, at: Duration, mark: usize, line: u64) {
        let expected = match self.current().map(|step| &step.action) {
            Some(Action::Expect(_)) => true,
            Some(Action::Prompt(_)) => self.recorded,
            _ => false,
        };
        if expected && self.marks[self.index()] == Some(mark) && line > self.floor {
            self.floor = line;
            self.end(at);
        }
    }

    /// A command that was typed ended.
    pub(crate) fn ran(&mut self, at: Duration, step: usize, status: u8) -> Option<String> {
        if step != self.index() || self.typist.is_some() {
            return None;
        }
        let what = self.waiting_for()?;
        match status {
            0 => {
                self.end(at);
                None
            }
            _ => Some(format!("{what} exited with status {status}")),
        }
    }

    /// What the step asked is as it has to be.
    pub(crate) fn met(&mut self, at: Duration, found: Option<String>) {
        self.found(found);
        self.end(at);
    }

    /// Takes note of what was answered to the step.
    pub(crate) fn found(&mut self, found: Option<String>) {
        if let Some(taken) = self.taken.last_mut() {
            taken.found = found;
        }
    }

    /// Takes note of console output, without control characters.
    pub(crate) fn hear(&mut self, plain: &[u8]) {
        if let Some(typist) = &mut self.typist {
            typist.hear(plain);
        }
    }

    /// Goes on as far as it can; says what is wanted next.
    pub(crate) fn advance(&mut self, now: Duration, judge: &mut Judge) -> Want<'a> {
        while let Some(step) = self.current().filter(|_| !self.waits_for_others()) {
            match &step.action {
                Action::Expect(_) => return Want::Wait(None),
                Action::Prompt(_) if !self.at_prompt(now, judge) => {
                    let settles = judge.settles_at();
                    return Want::Wait((settles > now).then_some(settles));
                }
                Action::Prompt(_) => self.end(now),
                Action::Ask(_) if self.recorded => self.end(now),
                Action::Ask(system) => return Want::Ask(system),
                Action::Send(_) | Action::Run(_) => match self.go_on_typing(now) {
                    Some(want) => return want,
                    None if matches!(step.action, Action::Run(_)) => return Want::Wait(None),
                    None => self.end(now),
                },
            }
        }
        Want::Wait(None)
    }

    fn at_prompt(&self, now: Duration, judge: &mut Judge) -> bool {
        self.marks[self.index()].is_some_and(|mark| judge.at_prompt(now, mark))
    }

    /// `None` when everything is typed.
    fn go_on_typing(&mut self, now: Duration) -> Option<Want<'a>> {
        match self.typist.as_mut()?.next(now) {
            Wish::Send(bytes) => Some(Want::Type(bytes)),
            Wish::Enter(line) => Some(Want::Enter(line)),
            Wish::Wait(until) => Some(Want::Wait(Some(until))),
            Wish::Lost => Some(Want::Lost(self.waiting_for().unwrap_or_default())),
            Wish::Done => {
                self.typist = None;
                None
            }
        }
    }

    fn end(&mut self, at: Duration) {
        if let Some(taken) = self.taken.last_mut() {
            taken.ended = Some(at);
        }
        self.begin(at);
    }

    fn begin(&mut self, at: Duration) {
        if let Some(step) = self.steps.get(self.taken.len()) {
            let text = typed_text(&step.action, self.taken.len(), &self.nonce);
            self.typist = text.filter(|_| !self.recorded).map(|text| Typist::new(&text));
            self.taken.push(Taken { began: at, ended: None, found: None });
        }
    }

    /// The number of the step that is being taken, counted from 0.
    pub(crate) fn index(&self) -> usize {
        self.taken.iter().take_while(|taken| taken.ended.is_some()).count()
    }
}

/// A step in words, with the part of an upgrade that it belongs to.
pub(crate) fn describe(step: &Step) -> String {
    let phase = step.phase.map(|phase| format!("{phase}: ")).unwrap_or_default();
    let what = match &step.action {
        Action::Expect(pattern) => format!("expect `{}`", pattern.as_str()),
        Action::Prompt(pattern) => format!("prompt `{}`", pattern.as_str()),
        Action::Send(text) => format!("send `{}`", text.trim_end()),
        Action::Run(command) => format!("run `{command}`"),
        Action::Ask(system) => system.to_string(),
    };
    phase + &what
}

fn expectation(step: &Step) -> Option<&Pattern> {
    match &step.action {
        Action::Expect(pattern) | Action::Prompt(pattern) => Some(pattern),
        Action::Send(_) | Action::Run(_) | Action::Ask(_) => None,
    }
}

/// A command is followed by one that prints its status, in a form that its own echo does not have.
fn typed_text(action: &Action, index: usize, nonce: &str) -> Option<String> {
    match action {
        Action::Send(text) => Some(text.clone()),
        Action::Run(command) => Some(format!("{command}; echo bootgate:{nonce}:{index}:$?\n")),
        Action::Expect(_) | Action::Prompt(_) | Action::Ask(_) => None,
    }
}
