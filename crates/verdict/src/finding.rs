//! Something that was held against the guest, with the lines that prove it.

use std::collections::VecDeque;

use crate::Line;
use crate::automaton::Groups;
use crate::catalogue::Rule;
use crate::excerpt::{Excerpt, Lines};
use crate::title::Title;

/// A crash, or a text that must not appear.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's name, such as `linux-kasan`, or `fail` for one of the spec's own.
    pub rule: String,
    /// What kind of fault it is, such as `kasan` or `panic`.
    pub kind: String,
    /// The line that decided.
    pub at: Line,
    title: Title,
    lines: Lines,
}

impl Finding {
    /// What `rule` found on line `at`, where its pattern caught `groups`.
    pub(crate) fn of_rule(
        rule: &Rule,
        groups: &Groups<'_>,
        at: &Line,
        recent: &VecDeque<Line>,
    ) -> Finding {
        let title = Title::new(rule, groups, &at.text);
        let lines = Lines::new(rule.excerpt, at, recent);
        Finding { rule: rule.name.into(), kind: rule.kind.into(), at: at.clone(), title, lines }
    }

    pub(crate) fn new(
        rule: &str,
        kind: &str,
        title: String,
        at: &Line,
        recent: &VecDeque<Line>,
    ) -> Finding {
        let lines = Lines::new(Excerpt::TRACE, at, recent);
        Finding {
            rule: rule.into(),
            kind: kind.into(),
            at: at.clone(),
            title: Title::known(title),
            lines,
        }
    }

    /// One line that is the same for the same fault, as far as it is known.
    pub fn title(&self) -> String {
        self.title.text()
    }

    pub(crate) fn follow(&mut self, line: &Line) {
        self.title.follow(&line.text);
        self.lines.follow(line);
    }

    /// Whether no line can add to it.
    pub(crate) fn is_full(&self) -> bool {
        self.lines.is_over() && self.title.is_over()
    }

    /// The line that decided with what came before and after it.
    pub(crate) fn into_lines(self) -> Vec<Line> {
        self.lines.lines
    }
}
