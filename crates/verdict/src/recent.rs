//! The last lines of a console, kept without costing more than their bytes.

use std::collections::VecDeque;
use std::time::Duration;

use crate::Line;
use crate::line::SHOWN;

/// How many of the last lines a report about a silent end shows.
const RECENT: usize = 15;

/// The last lines, of which few will ever be shown: they become text only then.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    lines: VecDeque<(u64, Duration, Vec<u8>)>,
}

impl Recent {
    /// Takes note of a line.
    pub(crate) fn push(&mut self, number: u64, at: Duration, text: &[u8]) {
        let oldest = if self.lines.len() == RECENT { self.lines.pop_front() } else { None };
        let mut bytes = oldest.map(|(_, _, bytes)| bytes).unwrap_or_default();
        bytes.clear();
        bytes.extend_from_slice(&text[..text.len().min(SHOWN)]);
        self.lines.push_back((number, at, bytes));
    }

    /// Takes note of whole lines, the first of which has this number, all of which came at this time.
    pub(crate) fn push_all(&mut self, first: u64, at: Duration, lines: &[u8]) {
        let feed = memchr::memrchr_iter(b'\n', lines).nth(RECENT);
        let from = feed.map_or(0, |feed| feed + 1);
        let skipped = memchr::memchr_iter(b'\n', &lines[..from]).count() as u64;
        for (number, line) in
            (first + skipped..).zip(lines[from..].split_inclusive(|&it| it == b'\n'))
        {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            self.push(number, at, text.strip_suffix(b"\r").unwrap_or(text));
        }
    }

    /// The number of the last line.
    pub(crate) fn last_number(&self) -> Option<u64> {
        self.lines.back().map(|(number, _, _)| *number)
    }

    /// At most so many of the last lines.
    pub(crate) fn last(&self, count: usize) -> Vec<Line> {
        let from = self.lines.len().saturating_sub(count);
        self.lines.range(from..).map(|(number, at, text)| Line::new(*number, *at, text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_however_many_come_at_once() {
        for count in 0..40_u64 {
            let text: String = (1..=count).map(|number| format!("line {number}\r\n")).collect();
            let mut recent = Recent::default();
            recent.push_all(1, Duration::ZERO, text.as_bytes());
            let kept: Vec<u64> = recent.last(usize::MAX).iter().map(|line| line.number).collect();
            let first = count.saturating_sub(RECENT as u64) + 1;
            assert_eq!(kept, (first..=count).collect::<Vec<_>>());
        }
    }
}
