//! The positive evidence that a verdict of `passed` needs.

use crate::{Line, Pattern};

/// What has to be seen on the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signs {
    /// All of them, in any order.
    AllOf(Vec<Pattern>),
    /// All of them, each on a later line than the one before it.
    InOrder(Vec<Pattern>),
    /// One of them; which does not matter.
    AnyOf(Vec<Pattern>),
}

impl Default for Signs {
    fn default() -> Signs {
        Signs::AllOf(Vec::new())
    }
}

impl Signs {
    /// The patterns, in the order in which they were given.
    pub fn patterns(&self) -> &[Pattern] {
        match self {
            Signs::AllOf(patterns) | Signs::InOrder(patterns) | Signs::AnyOf(patterns) => patterns,
        }
    }

    /// What is missing where the pattern at `index` is, in words.
    pub(crate) fn named(&self, index: usize) -> String {
        let quoted = |pattern: &Pattern| format!("`{}`", pattern.as_str());
        match self {
            Signs::AnyOf(patterns) if patterns.len() > 1 => {
                let all: Vec<String> = patterns.iter().map(quoted).collect();
                format!("one of the signs {}", all.join(", "))
            }
            signs => format!("the sign {}", quoted(&signs.patterns()[index])),
        }
    }
}

/// Which signs were seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    ordered: bool,
    /// Whether one is enough.
    any: bool,
    lines: Vec<Option<Line>>,
    /// The line on which the last sign of an ordered list was seen.
    last: u64,
}

impl Seen {
    pub(crate) fn new(signs: &Signs) -> Seen {
        let ordered = matches!(signs, Signs::InOrder(_));
        let any = matches!(signs, Signs::AnyOf(_));
        Seen { ordered, any, lines: vec![None; signs.patterns().len()], last: 0 }
    }

    /// Takes note of a sign on a line, if it is its turn; says whether it was new.
    pub(crate) fn see(&mut self, sign: usize, line: &Line) -> bool {
        let turn = !self.ordered || (sign == self.next() && line.number > self.last);
        let enough = self.any && self.complete();
        let new = turn && !enough && self.lines[sign].is_none();
        if new {
            self.lines[sign] = Some(line.clone());
            self.last = line.number;
        }
        new
    }

    pub(crate) fn complete(&self) -> bool {
        self.missing().is_none()
    }

    /// The first sign that was not seen and is needed.
    pub(crate) fn missing(&self) -> Option<usize> {
        let enough = self.any && self.lines.iter().any(Option::is_some);
        self.lines.iter().position(Option::is_none).filter(|_| !enough)
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lines.iter().flatten().cloned().collect()
    }

    fn next(&self) -> usize {
        self.missing().unwrap_or(self.lines.len())
    }
}
