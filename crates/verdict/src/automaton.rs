//! One pass over a line for all rules.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::meta::Regex;
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::{Input, MatchError, MatchErrorKind, PatternID, PatternSet};

use crate::catalogue::{self, Rule};
use crate::pattern::{Compiled, compile, compile_all};
use crate::stage;
use crate::torn;
use crate::{Rules, Tests, TooLarge};

/// What a match means.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role {
    Crash(&'static Rule),
    Fail(usize),
    Allow,
    Pass(usize),
    Mark(usize),
    Ran,
    /// Possibly a result of a test.
    Test,
    /// One of [`stage::MARKS`].
    Stage(usize),
    /// The kernel has printed into it: see [`torn::PATTERN`].
    Torn,
}

impl Role {
    /// Whether a piece of a line is enough; everything else needs the complete line.
    pub(crate) fn holds_on_pieces(self) -> bool {
        matches!(self, Role::Crash(_) | Role::Fail(_) | Role::Allow)
    }
}

/// All patterns as one automaton, and what each means.
pub(crate) struct Automaton {
    dfa: DFA,
    cache: Cache,
    /// For the rare lines on which the other cannot decide.
    vm: (PikeVM, pikevm::Cache),
    roles: Vec<Role>,
    patterns: Vec<String>,
    hits: PatternSet,
    reads_blocks: bool,
}

impl Automaton {
    pub(crate) fn new(rules: &Rules) -> Result<Automaton, TooLarge> {
        let (roles, patterns): (Vec<Role>, Vec<String>) = table(rules).into_iter().unzip();
        let texts: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let Compiled { dfa, vm, reads_blocks } = compile_all(&texts).map_err(TooLarge)?;
        let hits = PatternSet::new(roles.len());
        let (cache, vms) = (dfa.create_cache(), vm.create_cache());
        Ok(Automaton { dfa, cache, vm: (vm, vms), roles, patterns, hits, reads_blocks })
    }

    /// Where in whole lines of text, from `from` on, the first match of anything ends, if there is one: on its line
    /// [`Automaton::hits`] says more, or that a match over two lines is none. No line before it matches.
    pub(crate) fn first_hit(&mut self, lines: &[u8], from: usize) -> Option<usize> {
        if !self.reads_blocks {
            return Some(from);
        }
        let input = Input::new(lines).range(from..).earliest(true);
        match self.dfa.try_search_fwd(&mut self.cache, &input) {
            Ok(found) => found.map(|half| half.offset()),
            Err(stopped) => Some(stopped_at(&stopped).max(from)),
        }
    }

    /// The rules that match in `text`, beginning at `from` or later and ending at `to` or before: in the order of the table.
    pub(crate) fn hits(&mut self, text: &[u8], from: usize, to: usize) -> Vec<(usize, Role)> {
        if from > to {
            return Vec::new();
        }
        self.hits.clear();
        let (input, hits) = (Input::new(text).range(from..to), &mut self.hits);
        if self.dfa.try_which_overlapping_matches(&mut self.cache, &input, hits).is_err() {
            hits.clear();
            let (vm, cache) = &mut self.vm;
            vm.which_overlapping_matches(cache, &input, hits);
        }
        self.hits.iter().map(|id: PatternID| (id.as_usize(), self.roles[id.as_usize()])).collect()
    }

    /// What the groups of one pattern caught in `text`: by number, and by name.
    pub(crate) fn groups<'t>(&self, id: usize, text: &'t [u8]) -> Groups<'t> {
        // Rare: once for each finding, so the single pattern is compiled when it is needed.
        let regex = compile(&self.patterns[id]).ok();
        let mut captures = regex.as_ref().map(Regex::create_captures);
        if let (Some(regex), Some(captures)) = (&regex, &mut captures) {
            regex.captures(text, captures);
        }
        Groups { text, captures }
    }
}

/// Where an automaton gave up, on a byte that it cannot decide on: up to the byte before, which it had not judged yet.
fn stopped_at(error: &MatchError) -> usize {
    match *error.kind() {
        MatchErrorKind::Quit { offset, .. } | MatchErrorKind::GaveUp { offset } => {
            offset.saturating_sub(1)
        }
        _ => 0,
    }
}

/// What the groups of a pattern caught.
pub(crate) struct Groups<'t> {
    text: &'t [u8],
    captures: Option<regex_automata::util::captures::Captures>,
}

impl<'t> Groups<'t> {
    pub(crate) fn new(
        text: &'t [u8],
        captures: regex_automata::util::captures::Captures,
    ) -> Groups<'t> {
        Groups { text, captures: Some(captures) }
    }

    pub(crate) fn number<T: std::str::FromStr>(&self, index: usize) -> Option<T> {
        let span = self.captures.as_ref()?.get_group(index)?;
        std::str::from_utf8(&self.text[span.range()]).ok()?.parse().ok()
    }

    pub(crate) fn name(&self, name: &str) -> Option<String> {
        let span = self.captures.as_ref()?.get_group_by_name(name)?;
        Some(String::from_utf8_lossy(&self.text[span.range()]).trim().to_owned())
    }
}

fn table(rules: &Rules) -> Vec<(Role, String)> {
    let mut table = Vec::new();
    let mut add = |role, pattern: &str| table.push((role, pattern.to_owned()));
    rules.allow.iter().for_each(|pattern| add(Role::Allow, pattern.as_str()));
    catalogue::RULES.iter().for_each(|rule| add(Role::Crash(rule), &ascii(rule.pattern)));
    rules
        .fail
        .iter()
        .enumerate()
        .for_each(|(index, pattern)| add(Role::Fail(index), pattern.as_str()));
    rules
        .pass
        .patterns()
        .iter()
        .enumerate()
        .for_each(|(index, pattern)| add(Role::Pass(index), pattern.as_str()));
    rules
        .marks
        .iter()
        .enumerate()
        .for_each(|(index, pattern)| add(Role::Mark(index), pattern.as_str()));
    stage::MARKS
        .iter()
        .enumerate()
        .for_each(|(index, mark)| add(Role::Stage(index), &ascii(mark.pattern)));
    add(Role::Torn, &ascii(torn::PATTERN));
    if rules.tests != Tests::Off {
        add(Role::Test, &ascii(ktap::LINE));
    }
    if let Some(nonce) = &rules.nonce {
        add(Role::Ran, &format!(r"(?-u)bootgate:(?:{nonce}):(\d{{1,4}}):(\d{{1,3}})"));
    }
    table
}

/// Our own patterns need no Unicode; without it the automaton is a tenth the size and takes any byte in its stride.
fn ascii(pattern: &str) -> String {
    format!("(?-u){pattern}")
}
