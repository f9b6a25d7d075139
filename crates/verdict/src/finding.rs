//! Something that was held against the guest, with the lines that prove it.

use crate::Line;
use crate::automaton::Groups;
use crate::catalogue::Rule;
use crate::recent::Recent;

/// How many lines before it a finding shows.
const BEFORE: usize = 5;

/// How many lines a finding shows at most.
const LINES: usize = 50;

/// A crash, or a text that must not appear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, such as `linux-kasan`, or `fail` for one of the spec's own.
    pub rule: String,
    /// What kind of fault it is, such as `kasan` or `panic`.
    pub kind: String,
    /// One line that is the same for the same fault.
    pub title: String,
    /// The line that decided.
    pub at: Line,
    /// The line that decided with what came before and after it.
    pub lines: Vec<Line>,
}

impl Finding {
    pub(crate) fn new(
        rule: &str,
        kind: &str,
        title: String,
        at: &Line,
        recent: &Recent,
    ) -> Finding {
        let lines = recent.last(BEFORE).into_iter().chain([at.clone()]).collect();
        Finding { rule: rule.into(), kind: kind.into(), title, at: at.clone(), lines }
    }

    pub(crate) fn follow(&mut self, line: &Line) {
        if self.lines.len() < LINES {
            self.lines.push(line.clone());
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.lines.len() >= LINES
    }
}

/// The title of a rule's finding: its template with what the groups caught, and no loose end where they caught nothing.
pub(crate) fn title(rule: &Rule, groups: &Groups<'_>) -> String {
    let mut title = String::new();
    for part in rule.title.split('{') {
        match part.split_once('}') {
            Some((name, text)) => {
                title.extend([groups.name(name).unwrap_or_default().as_str(), text])
            }
            None => title.push_str(part),
        }
    }
    let bare = title.trim_end();
    [" in", " at", ":"].iter().find_map(|end| bare.strip_suffix(end)).unwrap_or(bare).to_owned()
}
