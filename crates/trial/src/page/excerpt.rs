//! As much of a console as a page holds: its beginning, its end, and what stands around the lines that matter.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};

use verdict::Hit;
use verdict::catalogue::Severity;

use super::text::Text;

/// How much is shown of the beginning, of the end, and around marks, in bytes of each.
const ROOM: usize = 1 << 20;

/// How many lines are shown before and after a marked one.
const AROUND: u64 = 20;

/// What a line costs beside its text, in bytes.
const ROW: usize = 64;

/// The lines that matter, each with the rule that hit it, if one did.
pub(crate) type Marks<'a> = BTreeMap<u64, Option<&'a Hit>>;

/// A line of console.
pub(crate) struct Row {
    /// Counted from 1.
    pub(crate) number: u64,
    /// When it ended, in milliseconds since the start of the machine, where that was recorded.
    pub(crate) at_ms: Option<u64>,
    /// What it shows, without control sequences.
    pub(crate) text: Vec<u8>,
    /// Whether it is longer than that.
    pub(crate) cut: bool,
}

impl Row {
    fn cost(&self) -> usize {
        ROW + self.text.len()
    }
}

/// Takes rows in order and writes those that are worth it, and where some are missing.
pub(crate) struct Excerpt<'a> {
    out: &'a mut dyn Write,
    marks: &'a Marks<'a>,
    head: usize,
    around: usize,
    /// The last rows, each with whether it is shown even if it is not among the last any more.
    tail: VecDeque<(Row, bool)>,
    tail_cost: usize,
    written: u64,
}

impl<'a> Excerpt<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, marks: &'a Marks<'a>) -> Excerpt<'a> {
        let tail = VecDeque::new();
        Excerpt { out, marks, head: ROOM, around: ROOM, tail, tail_cost: 0, written: 0 }
    }

    /// Takes the next row. One whose line has a row already is left out.
    pub(crate) fn push(&mut self, row: Row) -> io::Result<()> {
        if row.number <= self.tail.back().map_or(self.written, |(last, _)| last.number) {
            return Ok(());
        }
        let stays = self.stays(&row);
        self.tail_cost += row.cost();
        self.tail.push_back((row, stays));
        while self.tail_cost > ROOM {
            self.pop(false)?;
        }
        Ok(())
    }

    /// Writes the rows that are left.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        while !self.tail.is_empty() {
            self.pop(true)?;
        }
        Ok(())
    }

    /// Whether it is marked, or there is room for it because it is of the beginning or near a mark.
    fn stays(&mut self, row: &Row) -> bool {
        let near = row.number.saturating_sub(AROUND)..=row.number.saturating_add(AROUND);
        pay(&mut self.head, row.cost())
            || self.marks.contains_key(&row.number)
            || (self.marks.range(near).next().is_some() && pay(&mut self.around, row.cost()))
    }

    fn pop(&mut self, is_last: bool) -> io::Result<()> {
        let Some((row, stays)) = self.tail.pop_front() else { return Ok(()) };
        self.tail_cost -= row.cost();
        if stays || is_last { self.write(&row) } else { Ok(()) }
    }

    fn write(&mut self, row: &Row) -> io::Result<()> {
        let Row { number, text, cut, .. } = row;
        if *number > self.written + 1 {
            let (from, to) = (self.written + 1, number - 1);
            writeln!(
                self.out,
                r#"<p class="gap">Lines {from} to {to} are left out here: see <a href="console.log">console.log</a></p>"#
            )?;
        }
        self.written = *number;
        let class = if self.marks.contains_key(number) { "row proof" } else { "row" };
        let hit = self.marks.get(number).copied().flatten().map(label).unwrap_or_default();
        let time = row.at_ms.map(super::facts::seconds).unwrap_or_default();
        let text = Text(String::from_utf8_lossy(text));
        let more = if *cut { "<em>… the line goes on</em>" } else { "" };
        writeln!(
            self.out,
            r##"<div class="{class}" id="L{number}"><a href="#L{number}">{number}</a><span>{time}</span><code>{text}</code>{more}{hit}</div>"##
        )
    }
}

/// What hit a line, behind its text.
fn label(hit: &Hit) -> String {
    let kind = match (hit.allowed, hit.severity) {
        (true, _) => "allowed",
        (_, Severity::Fatal) => "fatal",
        (_, Severity::Suspicious) => "suspicious",
        (_, Severity::Note) => "note",
    };
    format!("<b>{}, {kind}</b>", Text(&hit.rule))
}

/// Takes the cost out of `room`; once there was too little of it, nothing is left.
fn pay(room: &mut usize, cost: usize) -> bool {
    let left = room.checked_sub(cost);
    *room = left.unwrap_or(0);
    left.is_some()
}
