//! Something that was held against the guest, with the lines that prove it.

use crate::Line;
use crate::automaton::Groups;
use crate::catalogue::Rule;
use crate::excerpt::{Excerpt, Lines};
use crate::recent::Recent;
use crate::title::Title;

/// A crash, or a text that must not appear.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's name, such as `linux-kasan`, or `fail` for one of the spec's own.
    pub rule: String,
    /// What kind of fault it is, such as `kasan` or `panic`.
    pub kind: String,
    /// One line that is the same for the same fault, as far as it is known.
    pub title: String,
    /// The line that decided.
    pub at: Line,
    growing: Option<Title>,
    /// The line that decided with what came before and after it.
    pub(crate) lines: Lines,
}

impl Finding {
    /// What `rule` found on line `at`, where its pattern caught `groups`.
    pub(crate) fn of_rule(rule: &Rule, groups: &Groups<'_>, at: &Line, recent: &Recent) -> Finding {
        let growing = Title::new(rule, groups, &at.text);
        let lines = Lines::new(rule.excerpt, at, recent);
        let finding = Finding::with(rule.name, rule.kind, growing.text(), at, lines);
        Finding { growing: Some(growing), ..finding }
    }

    pub(crate) fn new(
        rule: &str,
        kind: &str,
        title: String,
        at: &Line,
        recent: &Recent,
    ) -> Finding {
        Finding::with(rule, kind, title, at, Lines::new(Excerpt::TRACE, at, recent))
    }

    fn with(rule: &str, kind: &str, title: String, at: &Line, lines: Lines) -> Finding {
        let (rule, kind) = (rule.into(), kind.into());
        Finding { rule, kind, title, at: at.clone(), growing: None, lines }
    }

    pub(crate) fn follow(&mut self, line: &Line) {
        if let Some(growing) = self.growing.as_mut().filter(|growing| !growing.is_over()) {
            growing.follow(&line.text);
            self.title = growing.text();
        }
        self.lines.follow(line);
    }

    /// Whether no line can add to it.
    pub(crate) fn is_full(&self) -> bool {
        self.lines.is_over() && self.growing.as_ref().is_none_or(Title::is_over)
    }
}
