//! From lines to cases.

use crate::case::{self, Case, Outcome};
use crate::level::{Count, Level};
use crate::said::{self, Directive, Said};

/// How many cases are kept; more are only counted.
const MOST_CASES: usize = 10_000;

/// How deep suites may be in each other.
const MOST_LEVELS: usize = 16;

/// How many lines a block of diagnostics may have before its end is no longer awaited.
const LONGEST_BLOCK: u32 = 1000;

/// Reads the results off a console.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    levels: Vec<Level>,
    cases: Vec<Case>,
    left_out: u64,
    failed_left_out: u64,
    fault: Option<Fault>,
    /// The name of the suite whose results come next, by a comment.
    announced: Option<String>,
    /// The block of diagnostics that we are in: how far it is indented, and how many lines it had.
    block: Option<(usize, u32)>,
    after_result: bool,
    complete: u64,
}

/// Why results are worth nothing though none of them failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The guest gave up, for this reason.
    BailedOut(String),
    /// Something is missing.
    Incomplete(String),
}

/// All that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results {
    /// The cases, at most 10,000.
    pub cases: Vec<Case>,
    /// How many more there were.
    pub left_out: u64,
    /// How many failed, of all.
    pub failed: u64,
    /// What is wrong with the whole.
    pub fault: Option<Fault>,
    /// How many streams of results came to their end.
    pub complete: u64,
}

impl Parser {
    /// Takes a line of console; says whether it is a result that failed. A failure that is `allowed` is none.
    pub fn line(&mut self, number: u64, text: &[u8], allowed: bool) -> bool {
        let (indent, said) = said::read(text);
        if self.is_in_block(indent, said) {
            return false;
        }
        let after_result = std::mem::replace(&mut self.after_result, false);
        match said {
            Said::Version => self.version(indent),
            Said::Plan(count) => self.plan(indent, count),
            Said::Result(result) => return self.result(indent, result, number, allowed),
            Said::Subtest(name) => self.subtest(indent, name),
            Said::BailOut(why) if !self.levels.is_empty() => self.bail_out(why),
            Said::YamlBegin if after_result && indent > 0 => self.block = Some((indent, 0)),
            Said::BailOut(_) | Said::YamlBegin | Said::YamlEnd | Said::Other => {}
        }
        false
    }

    /// Whether the next line matters whatever it says: a block of diagnostics goes on, or may begin.
    pub fn wants_next(&self) -> bool {
        self.after_result || self.block.is_some()
    }

    /// Nothing more will come.
    pub fn finish(mut self) -> Results {
        self.close_to(0);
        self.close_last();
        let failed = self.cases.iter().filter(|case| case.outcome == Outcome::NotOk).count() as u64;
        Results {
            failed: failed + self.failed_left_out,
            left_out: self.left_out,
            fault: self.fault,
            complete: self.complete,
            cases: self.cases,
        }
    }

    /// Whether a line is a part of diagnostics; lines that are indented less come from elsewhere and end them.
    fn is_in_block(&mut self, indent: usize, said: Said<'_>) -> bool {
        let Some((begin, lines)) = &mut self.block else { return false };
        *lines += 1;
        let inside = indent >= *begin && *lines <= LONGEST_BLOCK;
        if !inside || said == Said::YamlEnd {
            self.block = None;
        }
        inside
    }

    fn version(&mut self, indent: usize) {
        if let Some(level) = self.level_at(indent, Level::is_fresh) {
            level.versioned = true;
        }
    }

    fn plan(&mut self, indent: usize, count: u64) {
        if let Some(level) = self.level_at(indent, |level| level.plan.is_none()) {
            level.plan = Some(count);
        }
    }

    /// The level that is indented so far and `fits`, or a new one.
    fn level_at(&mut self, indent: usize, fits: impl Fn(&Level) -> bool) -> Option<&mut Level> {
        self.close_to(indent);
        let here = self.levels.last().is_some_and(|last| last.indent == indent && fits(last));
        if here || self.open(indent) { self.levels.last_mut() } else { None }
    }

    /// In KTAP the name stands inside of the level that a version line began; in TAP before it.
    fn subtest(&mut self, indent: usize, name: &[u8]) {
        let name = case::name(name, 0);
        match self.levels.split_first_mut() {
            Some((_, [.., level])) if level.indent == indent && level.is_fresh() => {
                level.name = name;
            }
            _ => self.announced = Some(name),
        }
    }

    fn bail_out(&mut self, why: &[u8]) {
        self.fault = Some(Fault::BailedOut(case::name(why, 0)));
        self.levels.clear();
    }

    fn result(
        &mut self,
        indent: usize,
        result: said::Result<'_>,
        line: u64,
        allowed: bool,
    ) -> bool {
        if !self.has_place_for(indent, result.number) {
            return false;
        }
        let suite = self.end_of_suite(indent);
        let Some(level) = self.levels.last_mut() else { return false };
        if !level.takes(result.number) {
            return false;
        }
        let name = case::name(result.name, result.number.unwrap_or(level.seen));
        let case = Case { name, outcome: outcome(&result, allowed), line };
        let failed = case.outcome == Outcome::NotOk;
        (self.after_result, self.announced) = (true, None);
        match suite {
            Some(suite) => self.end_suite(&suite, case),
            None => self.add(case),
        }
        failed
    }

    /// Whether a result that is indented so far belongs to a level, which is begun if need be.
    fn has_place_for(&mut self, indent: usize, number: Option<u64>) -> bool {
        let first = number == Some(1);
        match self.levels.iter().rev().find(|level| level.indent <= indent) {
            // One program after the other may print its results, without a word between them.
            Some(level) if level.indent == indent => {
                !(first && level.is_full() && self.levels.len() == 1) || self.open(indent)
            }
            Some(_) => self.announced.is_some() && self.open(indent),
            // The plan may come last.
            None => first && indent == 0 && self.level_at(0, |_| false).is_some(),
        }
    }

    /// The suite that ends with a result that is indented less.
    fn end_of_suite(&mut self, indent: usize) -> Option<Level> {
        while self.levels.iter().rev().nth(1).is_some_and(|last| last.indent > indent) {
            self.close_last();
        }
        let suite = self.levels.pop_if(|last| last.indent > indent)?;
        self.check(&suite);
        Some(suite)
    }

    /// A suite's own result adds nothing to those of its cases, unless it says more than they do, or forgives them.
    fn end_suite(&mut self, suite: &Level, result: Case) {
        let cases = &mut self.cases[suite.before.listed..];
        let mut explained = false;
        for case in cases.iter_mut() {
            case.within(&result.name);
            explained |= case.outcome == Outcome::NotOk;
            let forgiven = !matches!(result.outcome, Outcome::Ok | Outcome::NotOk);
            if forgiven && case.outcome == Outcome::NotOk {
                case.outcome = result.outcome;
            }
        }
        if cases.is_empty() || (result.outcome == Outcome::NotOk && !explained) {
            self.add(result);
        }
    }

    fn add(&mut self, case: Case) {
        if self.cases.len() < MOST_CASES {
            self.cases.push(case);
        } else {
            self.left_out += 1;
            self.failed_left_out += u64::from(case.outcome == Outcome::NotOk);
        }
    }

    /// Begins a level, in the place of one that is indented alike; `false` where they are too deep in each other.
    fn open(&mut self, indent: usize) -> bool {
        if self.levels.last().is_some_and(|last| last.indent >= indent) {
            self.close_last();
        }
        let name = self.announced.take().unwrap_or_default();
        let before = Count {
            listed: self.cases.len(),
            left_out: self.left_out,
            failed_left_out: self.failed_left_out,
        };
        let fits = self.levels.len() < MOST_LEVELS;
        self.levels.extend(fits.then(|| Level::new(indent, name, before)));
        fits
    }

    /// Closes what is indented further, without a result of its own.
    fn close_to(&mut self, indent: usize) {
        while self.levels.last().is_some_and(|last| last.indent > indent) {
            self.close_last();
        }
    }

    fn close_last(&mut self) {
        let Some(level) = self.levels.pop() else { return };
        self.check(&level);
        if !level.is_declared() && self.levels.is_empty() {
            self.forget(level.before);
        } else {
            self.cases[level.before.listed..].iter_mut().for_each(|case| case.within(&level.name));
        }
    }

    /// Takes note of a level that is not complete, and of a stream that is.
    fn check(&mut self, level: &Level) {
        match level.fault() {
            Some(fault) => drop(self.fault.get_or_insert(Fault::Incomplete(fault))),
            None => self.complete += u64::from(self.levels.is_empty() && level.is_full()),
        }
    }

    /// What looked like results were none: no plan ever came.
    fn forget(&mut self, before: Count) {
        self.cases.truncate(before.listed);
        (self.left_out, self.failed_left_out) = (before.left_out, before.failed_left_out);
    }
}

fn outcome(result: &said::Result<'_>, allowed: bool) -> Outcome {
    match (result.directive, result.ok) {
        (Some(Directive::Skip), _) => Outcome::Skipped,
        (Some(Directive::Todo), _) => Outcome::Todo,
        (None, true) => Outcome::Ok,
        (None, false) if allowed => Outcome::Allowed,
        (None, false) => Outcome::NotOk,
    }
}
