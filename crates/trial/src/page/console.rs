//! The console on the page.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use verdict::Hit;

use super::excerpt::{Excerpt, Marks, Row};
use super::text::Text;
use super::times::Times;
use crate::{Report, recorder};

/// How much of a line is held at once, in bytes; what comes after it on the line is not shown.
const PIECE: u64 = 16 << 10;

/// How much of a line is shown, in bytes.
const SHOWN: usize = 2 << 10;

/// Writes what `folder` has of the console; nothing where the guest never said anything.
pub(crate) fn write(out: &mut dyn Write, folder: &Path, report: &Report) -> io::Result<()> {
    let Ok(log) = File::open(folder.join("console.log")) else { return Ok(()) };
    if log.metadata()?.len() == 0 {
        return Ok(());
    }
    let proof = report.lines.iter().map(|line| (line.number, None));
    let hits = report.hits.iter().map(|hit| (hit.line, Some(hit)));
    let marks: Marks<'_> = proof.chain(hits).collect();
    head(out, report, &marks)?;
    let mut log = BufReader::new(log);
    let mut times = Times::open(&folder.join("console.cast"))?;
    let mut excerpt = Excerpt::new(out, &marks);
    let mut sink = |row: Row| excerpt.push(Row { at_ms: times.of(row.number)?, ..row });
    let is_whole = report.console_left_out == 0;
    let head = if is_whole { u64::MAX } else { recorder::HEAD };
    let last = rows(log.by_ref().take(head), 1, &mut sink)?;
    if !is_whole {
        // What ends the line that was cut, and the line that says so.
        log.skip_until(b'\n')?;
        log.skip_until(b'\n')?;
        rows(log, last + report.console_lines_left_out, &mut sink)?;
    }
    excerpt.finish()?;
    writeln!(out, "</section>")
}

fn head(out: &mut dyn Write, report: &Report, marks: &Marks<'_>) -> io::Result<()> {
    writeln!(
        out,
        r#"<section id="console">
<h2>Console</h2>
<form role="search" hidden>
<input type="search" aria-label="Search in the console" placeholder="Search in the console" autocomplete="off">
<button type="button" aria-label="Previous line found">↑</button>
<button type="button" aria-label="Next line found">↓</button>
<output></output>
</form>"#
    )?;
    if let Some((first, last)) = report.lines.first().zip(report.lines.last()) {
        let (first, last) = (first.number, last.number);
        writeln!(
            out,
            r##"<p>The lines that prove the verdict are marked: the first is <a href="#L{first}">{first}</a>, the last <a href="#L{last}">{last}</a>.</p>"##
        )?;
    }
    let hits: Vec<(&u64, &Hit)> =
        marks.iter().filter_map(|(line, hit)| Some((line, (*hit)?))).collect();
    if !hits.is_empty() {
        writeln!(out, "<p>The rules that hit:")?;
        for (line, hit) in hits {
            writeln!(out, r##"<a href="#L{line}">{} on {line}</a>"##, Text(&hit.rule))?;
        }
        writeln!(out, "</p>")?;
    }
    Ok(())
}

/// Hands the lines of `log` on, the first with this number; gives the number of the line on which it ends.
fn rows(
    mut log: impl BufRead,
    mut number: u64,
    sink: &mut dyn FnMut(Row) -> io::Result<()>,
) -> io::Result<u64> {
    let (mut piece, mut row) = (Vec::new(), None);
    while log.by_ref().take(PIECE).read_until(b'\n', &mut piece)? > 0 {
        let is_end = piece.pop_if(|last| *last == b'\n').is_some();
        match &mut row {
            None => row = Some(shown(number, &piece)),
            Some(row) => row.cut |= !piece.is_empty(),
        }
        piece.clear();
        if is_end {
            row.take().map_or(Ok(()), &mut *sink)?;
            number += 1;
        }
    }
    row.map_or(Ok(()), sink)?;
    Ok(number)
}

fn shown(number: u64, line: &[u8]) -> Row {
    let mut text = verdict::shown(line);
    let cut = text.len() > SHOWN;
    text.truncate(SHOWN);
    Row { number, at_ms: None, text, cut }
}
