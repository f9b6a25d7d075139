//! Test results on the console: what they say about the guest.

use ktap::{Case, Fault, Outcome, Parser, Results};

use crate::finding::Finding;
use crate::recent::Recent;
use crate::{Line, Verdict};

/// What results in TAP or KTAP mean for the verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tests {
    /// Where the guest prints some, none may fail and all that were planned have to come.
    #[default]
    Auto,
    /// The same, and the guest has to print some.
    Required,
    /// They are lines like all others.
    Off,
}

/// A verdict with its kind, title, reason and the lines that prove it.
pub(crate) type Decision = (Verdict, String, String, String, Vec<Line>);

/// Listens to the results.
#[derive(Default)]
pub(crate) struct Heard {
    tests: Tests,
    parser: Parser,
    /// The first that failed, with the lines around it.
    first: Option<Finding>,
}

impl Heard {
    pub(crate) fn new(tests: Tests) -> Heard {
        Heard { tests, ..Heard::default() }
    }

    /// Takes what the guest said on a complete line.
    pub(crate) fn line(&mut self, text: &[u8], line: &Line, allowed: bool, recent: &Recent) {
        if self.tests == Tests::Off {
            return;
        }
        if let Some(first) = &mut self.first {
            first.follow(line);
        }
        if self.parser.line(line.number, text, allowed) {
            self.first
                .get_or_insert_with(|| Finding::new("case", "case", String::new(), line, recent));
        }
    }

    /// Whether the next line matters whatever it says.
    pub(crate) fn is_listening(&self) -> bool {
        self.parser.wants_next() || self.first.as_ref().is_some_and(|first| !first.is_full())
    }

    /// Whether none has failed so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.first.is_none()
    }

    /// All results, and what they hold against the guest.
    pub(crate) fn finish(self, recent: &Recent) -> (Results, Option<Decision>) {
        let results = self.parser.finish();
        let recent = || recent.last(usize::MAX);
        let against = |verdict, title: String, reason, lines| {
            Some((verdict, "case".to_owned(), title, reason, lines))
        };
        let failed = results.cases.iter().find(|case| case.outcome == Outcome::NotOk);
        let against = match (failed, &results.fault) {
            (Some(case), _) => {
                let first = self.first.filter(|first| first.at.number == case.line);
                let lines = first.map_or_else(recent, |first| first.lines.lines);
                let (title, reason) = (format!("not ok: {}", case.name), reason(&results, case));
                against(Verdict::Failed, title, reason, lines)
            }
            (None, Some(Fault::BailedOut(why))) => {
                let title = format!("bail out: {why}");
                against(Verdict::Failed, title.clone(), title, recent())
            }
            (None, Some(Fault::Incomplete(what))) => {
                against(Verdict::Incomplete, what.clone(), what.clone(), recent())
            }
            (None, None) if self.tests == Tests::Required && results.complete == 0 => {
                let what = "no results of tests ever came".to_owned();
                against(Verdict::Incomplete, what.clone(), what, recent())
            }
            (None, None) => None,
        };
        (results, against)
    }
}

fn reason(results: &Results, first: &Case) -> String {
    let all = results.cases.len() as u64 + results.left_out;
    format!("{} of {all} cases failed, the first on line {}", results.failed, first.line)
}
