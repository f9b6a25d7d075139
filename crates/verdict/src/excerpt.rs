//! Which lines of a console belong to a finding.

use regex_automata::meta::Regex;

use crate::Line;
use crate::pattern::compile;
use crate::recent::Recent;

/// Where the excerpt of a rule's finding begins and ends.
#[derive(Clone, Copy, Debug)]
pub struct Excerpt {
    /// How many lines before the one that matched belong to it.
    pub before: usize,
    /// How many lines it has after that one at most.
    pub after: usize,
    /// What its last line looks like; nothing when only their number ends it.
    pub end: Option<&'static str>,
}

impl Excerpt {
    /// A report of Linux: registers and a call trace, up to the mark that ends it.
    pub const LINUX: Excerpt =
        Excerpt { before: 5, after: 80, end: Some(r"---\[ end (?:trace|Kernel panic)") };

    /// A kernel's call trace that has no mark at its end.
    pub const TRACE: Excerpt = Excerpt { before: 5, after: 50, end: None };

    /// A message of a few lines.
    pub const MESSAGE: Excerpt = Excerpt { before: 5, after: 12, end: None };
}

/// The lines of a finding, gathered while they come.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) lines: Vec<Line>,
    left: usize,
    end: Option<Regex>,
}

impl Lines {
    pub(crate) fn new(excerpt: Excerpt, at: &Line, recent: &Recent) -> Lines {
        let before = recent.last(excerpt.before).into_iter();
        let end = excerpt.end.and_then(|end| compile(&format!("(?-u){end}")).ok());
        Lines { lines: before.chain([at.clone()]).collect(), left: excerpt.after, end }
    }

    /// Takes the next line, if it still belongs here.
    pub(crate) fn follow(&mut self, line: &Line) {
        if self.left > 0 {
            self.lines.push(line.clone());
            let last = self.end.as_ref().is_some_and(|end| end.is_match(line.text.as_bytes()));
            self.left = if last { 0 } else { self.left - 1 };
        }
    }

    /// Whether no more lines belong here.
    pub(crate) fn is_over(&self) -> bool {
        self.left == 0
    }
}
