//! The judge: fed with console, asked for notices, and at last for a judgement.

mod conclude;
mod mend;

use std::time::Duration;

use crate::automaton::{Automaton, Role};
use crate::cases::Heard;
use crate::catalogue::{Rule, Severity};
use crate::echo::Echo;
use crate::finding::Finding;
use crate::hit::Hits;
use crate::line::{Line, Lines, Piece};
use crate::progress::Progress;
use crate::recent::Recent;
use crate::signs::Seen;
use crate::torn::Torn;
use crate::{Rules, Stage, TooLarge};

/// How long an unfinished line must stand still to be taken for a prompt.
const SETTLE: Duration = Duration::from_millis(100);

/// What found a panic that the console has not told: the device may be faster.
const PANIC_DEVICE: &str = "panic-device";

/// Something that the caller may want to act on at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The guest has come further.
    Stage(Stage),
    /// A complete line matched one of [`Rules::marks`].
    Sign {
        /// Which.
        mark: usize,
        /// On which line.
        line: u64,
    },
    /// All of [`Rules::pass`] has now been seen.
    Passed,
    /// A finding decided; what follows on the console only explains it.
    Decided,
    /// A typed command ended.
    Ran {
        /// The number it was typed with.
        step: usize,
        /// Its exit status.
        status: u8,
    },
}

/// Judges one console.
pub struct Judge {
    rules: Rules,
    automaton: Automaton,
    lines: Lines,
    echo: Echo,
    torn: Torn,
    seen: Seen,
    heard: Heard,
    state: State,
    last_read: Duration,
}

/// What was found so far.
struct State {
    crash: Option<Finding>,
    suspicion: Option<Finding>,
    failure: Option<Finding>,
    hits: Hits,
    recent: Recent,
    progress: Progress,
}

impl State {
    /// Whether a finding wants to see every line.
    fn is_listening(&self) -> bool {
        let findings = [&self.crash, &self.suspicion, &self.failure];
        findings.into_iter().flatten().any(|finding| !finding.is_full())
    }
}

impl Judge {
    /// A judge who knows the built-in catalogue and `rules`.
    ///
    /// # Errors
    /// The patterns are too large together for one automaton.
    pub fn new(rules: Rules) -> Result<Judge, TooLarge> {
        let automaton = Automaton::new(&rules)?;
        let seen = Seen::new(&rules.pass);
        let heard = Heard::new(rules.tests);
        let state = State {
            crash: None,
            suspicion: None,
            failure: None,
            hits: Hits::default(),
            recent: Recent::default(),
            progress: Progress::new(rules.boots),
        };
        Ok(Judge {
            rules,
            automaton,
            lines: Lines::default(),
            echo: Echo::default(),
            torn: Torn::default(),
            seen,
            heard,
            state,
            last_read: Duration::ZERO,
        })
    }

    /// Takes bytes of console that came `at` this time after the start.
    pub fn read(&mut self, at: Duration, bytes: &[u8]) -> Vec<Notice> {
        self.last_read = at;
        let (mut notices, mut rest) = (Vec::new(), bytes);
        while !rest.is_empty() {
            let block = if self.is_listening() { &[] } else { self.lines.block(rest) };
            let taken = match block {
                [] => self.read_line(at, rest, &mut notices),
                _ => self.read_block(at, block, &mut notices),
            };
            rest = &rest[taken..];
        }
        notices
    }

    /// Whether something wants to see every line.
    fn is_listening(&self) -> bool {
        let is_awaited = !self.echo.is_idle() || !self.torn.is_empty();
        is_awaited || self.state.is_listening() || self.heard.is_listening()
    }

    /// Reads up to the end of the first line; says how many bytes that were.
    fn read_line(&mut self, at: Duration, bytes: &[u8], notices: &mut Vec<Notice>) -> usize {
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |feed| feed + 1);
        let mut lines = std::mem::take(&mut self.lines);
        lines.read(&bytes[..end], &mut |piece| self.piece(at, &piece, notices));
        self.lines = lines;
        end
    }

    /// Reads whole lines of which few will matter, as far as nothing needs every line; says how many bytes that were.
    fn read_block(&mut self, at: Duration, block: &[u8], notices: &mut Vec<Notice>) -> usize {
        let mut done = 0;
        while let Some(hit) = self.automaton.first_hit(block, done) {
            let begin =
                memchr::memrchr(b'\n', &block[done..hit]).map_or(done, |feed| done + feed + 1);
            self.pass_by(at, &block[done..begin]);
            done = begin + self.read_line(at, &block[begin..], notices);
            if self.is_listening() || done == block.len() {
                return done;
            }
        }
        self.pass_by(at, &block[done..]);
        block.len()
    }

    /// Goes past whole lines that no rule matches; only the last of them may still be shown.
    fn pass_by(&mut self, at: Duration, lines: &[u8]) {
        self.state.recent.push_all(self.lines.number(), at, lines);
        self.lines.pass(lines);
    }

    /// Takes note of what the host types, so that its echo is not taken for what the guest said.
    pub fn typed(&mut self, bytes: &[u8]) {
        self.echo.typed(bytes);
    }

    /// Takes note of a panic that a panic device reported: it decides, whatever the console says, which may name it yet.
    pub fn panicked(&mut self, at: Duration) -> Notice {
        let line = Line::new(self.lines.number(), at, b"(reported by the machine's panic device)");
        let title = "the guest reported a panic".to_owned();
        let found = || Finding::new(PANIC_DEVICE, "panic", title, &line, &self.state.recent);
        self.state.crash.get_or_insert_with(found);
        Notice::Decided
    }

    /// Takes note that the guest has reached a stage.
    pub fn reached(&mut self, at: Duration, stage: Stage) -> Option<Notice> {
        self.state.progress.reach(at, stage).then_some(Notice::Stage(stage))
    }

    /// Takes note that the machine was reset, and the guest begins again with its firmware.
    pub fn restarted(&mut self, at: Duration) -> Option<Notice> {
        self.state.progress.reset(at);
        let line = Line::new(self.lines.number(), at, b"(the machine was reset)");
        self.looped(&line)
    }

    /// Takes note that the guest was asked to restart: once more than it may by itself.
    pub fn restart_expected(&mut self) {
        self.state.progress.expect_restart();
    }

    /// Whether nothing at all was held against the guest so far.
    pub fn is_clean(&self) -> bool {
        let State { crash, suspicion, failure, .. } = &self.state;
        [crash, suspicion, failure].into_iter().all(Option::is_none) && self.heard.is_clean()
    }

    /// The stage that the guest has reached.
    pub fn stage(&self) -> Option<Stage> {
        self.state.progress.now().0
    }

    /// When it reached that stage.
    pub fn stage_began(&self) -> Duration {
        self.state.progress.now().1
    }

    /// The line that is not complete yet, without control sequences.
    pub fn tail(&self) -> &[u8] {
        self.lines.tail()
    }

    /// The number of the line that is not complete yet, counted from 1.
    pub fn line_number(&self) -> u64 {
        self.lines.number()
    }

    /// Whether the unfinished line is the prompt that [`Rules::marks`] names, and all has stood still for a moment. Messages
    /// of the kernel may have come behind it, or in its midst.
    pub fn at_prompt(&mut self, now: Duration, mark: usize) -> bool {
        if now < self.last_read + SETTLE {
            return false;
        }
        let (begun, tail) = (self.torn.unanswered(), self.lines.tail());
        let whole = (!begun.is_empty()).then(|| [begun, tail].concat());
        let lines = [Some(tail), whole.as_deref()].into_iter().flatten();
        lines.filter(|line| !line.is_empty()).any(|line| {
            let hits = self.automaton.hits(line, 0, line.len());
            hits.iter().any(|&(_, role)| matches!(role, Role::Mark(index) if index == mark))
        })
    }

    /// When [`Judge::at_prompt`] is worth asking again, if nothing more comes.
    pub fn settles_at(&self) -> Duration {
        self.last_read + SETTLE
    }

    /// Whether a finding has decided, with as many lines behind it as a report shows.
    pub fn has_heard_enough(&self) -> bool {
        self.decider().is_some_and(Finding::is_full)
    }

    /// Whether all of [`Rules::pass`] has been seen.
    pub fn has_passed(&self) -> bool {
        self.seen.complete()
    }

    /// The finding that decides, if there is one: a crash before a text that must not appear.
    pub fn decider(&self) -> Option<&Finding> {
        self.state.crash.as_ref().or(self.state.failure.as_ref())
    }

    fn piece(&mut self, at: Duration, piece: &Piece<'_>, notices: &mut Vec<Notice>) {
        let stripped =
            (piece.complete && !self.echo.is_idle()).then(|| self.echo.strip(piece.text));
        let text = stripped.as_deref().unwrap_or(piece.text);
        let end = if piece.complete { text.len() } else { text.len() - 1 };
        let mut hits = self.automaton.hits(text, piece.from.min(text.len()), end);
        hits.retain(|(_, role)| piece.complete || role.holds_on_pieces());
        let line = Line::new(piece.number, at, piece.text);
        for finding in [&mut self.state.crash, &mut self.state.failure].into_iter().flatten() {
            finding.follow(&line);
        }
        let (is_whole, allowed) = (piece.complete && piece.from == 0, is_allowed(&hits));
        if is_whole {
            self.heard.line(text, &line, allowed, &self.state.recent);
        }
        for &(id, role) in &hits {
            self.hit(id, role, allowed, text, &line, notices);
        }
        if is_whole {
            self.mend(&hits, text, text.len() < piece.text.len(), &line, notices);
        }
        self.remember(at, &line, piece.text);
    }

    fn hit(
        &mut self,
        id: usize,
        role: Role,
        allowed: bool,
        text: &[u8],
        line: &Line,
        notices: &mut Vec<Notice>,
    ) {
        let notice = match role {
            Role::Crash(rule) => self.crash(id, rule, allowed, text, line),
            Role::Fail(index) if !allowed => self.failure(index, line),
            Role::Fail(_) | Role::Allow | Role::Test | Role::Torn => None,
            Role::Pass(index) => {
                (self.seen.see(index, line) && self.seen.complete()).then_some(Notice::Passed)
            }
            Role::Mark(mark) => Some(Notice::Sign { mark, line: line.number }),
            Role::Stage(mark) => return notices.extend(self.stage_mark(mark, line)),
            Role::Ran => self.ran(id, text),
        };
        notices.extend(notice);
    }

    fn stage_mark(&mut self, mark: usize, line: &Line) -> Vec<Notice> {
        let new = self.state.progress.see(Duration::from_millis(line.at_ms), mark);
        let stage = self.stage().filter(|_| new).map(Notice::Stage);
        stage.into_iter().chain(self.looped(line)).collect()
    }

    /// A guest that begins again and again has crashed each time, whether it said so or not.
    fn looped(&mut self, line: &Line) -> Option<Notice> {
        if !self.state.progress.is_loop() || self.state.crash.is_some() {
            return None;
        }
        let title = "boot loop".to_owned();
        self.state.crash =
            Some(Finding::new("boot-loop", "boot-loop", title, line, &self.state.recent));
        Some(Notice::Decided)
    }

    fn crash(
        &mut self,
        id: usize,
        rule: &'static Rule,
        allowed: bool,
        text: &[u8],
        line: &Line,
    ) -> Option<Notice> {
        self.state.hits.add(rule, allowed, line);
        let slot = match rule.severity {
            Severity::Fatal => &mut self.state.crash,
            Severity::Suspicious => &mut self.state.suspicion,
            Severity::Note => return None,
        };
        let is_named = slot.as_ref().is_some_and(|it| it.rule != PANIC_DEVICE);
        if allowed || is_named {
            return None;
        }
        let groups = self.automaton.groups(id, text);
        *slot = Some(Finding::of_rule(rule, &groups, line, &self.state.recent));
        (rule.severity == Severity::Fatal).then_some(Notice::Decided)
    }

    fn failure(&mut self, index: usize, line: &Line) -> Option<Notice> {
        if self.state.failure.is_some() {
            return None;
        }
        let title = format!("`{}` was seen", self.rules.fail[index].as_str());
        self.state.failure = Some(Finding::new("fail", "fail", title, line, &self.state.recent));
        Some(Notice::Decided)
    }

    fn ran(&self, id: usize, text: &[u8]) -> Option<Notice> {
        let groups = self.automaton.groups(id, text);
        Some(Notice::Ran { step: groups.number(1)?, status: groups.number(2)? })
    }

    fn remember(&mut self, at: Duration, line: &Line, text: &[u8]) {
        if let Some(suspicion) = &mut self.state.suspicion
            && suspicion.at.number < line.number
        {
            suspicion.follow(line);
        }
        self.state.recent.push(line.number, at, text);
    }
}

fn is_allowed(hits: &[(usize, Role)]) -> bool {
    hits.iter().any(|(_, role)| matches!(role, Role::Allow))
}
