//! The positive evidence that a verdict of `passed` needs.

use crate::{Line, Pattern};

/// What has to be seen on the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signs {
    /// All of them, in any order.
    AllOf(Vec<Pattern>),
    /// All of them, each on a later line than the one before it.
    InOrder(Vec<Pattern>),
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
            Signs::AllOf(patterns) | Signs::InOrder(patterns) => patterns,
        }
    }
}

/// Which signs were seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    ordered: bool,
    lines: Vec<Option<Line>>,
    /// The line on which the last sign of an ordered list was seen.
    last: u64,
}

impl Seen {
    pub(crate) fn new(signs: &Signs) -> Seen {
        let ordered = matches!(signs, Signs::InOrder(_));
        Seen { ordered, lines: vec![None; signs.patterns().len()], last: 0 }
    }

    /// Takes note of a sign on a line, if it is its turn; says whether it was new.
    pub(crate) fn see(&mut self, sign: usize, line: &Line) -> bool {
        let turn = !self.ordered || (sign == self.next() && line.number > self.last);
        let new = turn && self.lines[sign].is_none();
        if new {
            self.lines[sign] = Some(line.clone());
            self.last = line.number;
        }
        new
    }

    pub(crate) fn complete(&self) -> bool {
        self.lines.iter().all(Option::is_some)
    }

    /// The first sign that was not seen.
    pub(crate) fn missing(&self) -> Option<usize> {
        self.lines.iter().position(Option::is_none)
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lines.iter().flatten().cloned().collect()
    }

    fn next(&self) -> usize {
        self.missing().unwrap_or(self.lines.len())
    }
}
