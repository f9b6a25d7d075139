//! From bytes as they come to lines as a reader sees them, in bounded memory.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ansi::{Act, Ansi};

/// A longer line is judged in pieces of this many bytes.
pub(crate) const LONGEST: usize = 16 << 10;

/// How much of a piece is judged again with the next, so that nothing is missed at the cut.
const OVERLAP: usize = 4 << 10;

/// How many bytes are looked at for whole lines at once.
const BLOCK: usize = 64 << 10;

/// How many of them at a time.
const STRIDE: usize = 256;

/// How much of a line a report shows, in bytes.
pub(crate) const SHOWN: usize = 500;

/// A line of console as a report shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Counted from 1, as an editor counts the lines of `console.log`.
    pub number: u64,
    /// When it was complete, in milliseconds since the machine was started.
    pub at_ms: u64,
    /// Without control sequences; bytes that are not UTF-8 are replaced, and a long line is cut.
    pub text: String,
}

impl Line {
    pub(crate) fn new(number: u64, at: Duration, text: &[u8]) -> Line {
        let at_ms = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
        Line { number, at_ms, text: Line::shown(text) }
    }

    /// As much of a line's text as a report shows.
    pub(crate) fn shown(text: &[u8]) -> String {
        harmless(&String::from_utf8_lossy(&text[..text.len().min(SHOWN)]))
    }
}

/// Text without what a terminal may act on but tabs: in UTF-8, U+009B begins a control sequence too.
pub fn harmless(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\t', "\u{fffd}")
}

/// A line, or a piece of one that is too long, on its way to the rules.
pub(crate) struct Piece<'a> {
    pub(crate) number: u64,
    /// All that is known of the line, to look around in.
    pub(crate) text: &'a [u8],
    /// Where in `text` a match may begin: not 0 when the line began earlier.
    pub(crate) from: usize,
    /// Whether the line ended here. When not, its last byte is only there to look at.
    pub(crate) complete: bool,
}

/// Gathers lines.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    text: Vec<u8>,
    ansi: Ansi,
    number: u64,
    cut: bool,
    /// The cursor has just gone back to the line's start; a line feed now ends nothing more.
    left: bool,
}

impl Default for Lines {
    fn default() -> Lines {
        Lines { text: Vec::new(), ansi: Ansi::default(), number: 1, cut: false, left: false }
    }
}

impl Lines {
    /// Takes bytes and hands each line that is complete to `sink`.
    pub(crate) fn read(&mut self, mut bytes: &[u8], sink: &mut impl FnMut(Piece<'_>)) {
        while !bytes.is_empty() {
            let room = LONGEST - self.text.len();
            let plain = if self.ansi.is_ground() { plain_run(bytes, room) } else { 0 };
            self.text.extend_from_slice(&bytes[..plain]);
            self.left &= plain == 0;
            bytes = &bytes[plain..];
            if plain == room {
                self.cut(sink);
            } else if let Some((&byte, rest)) = bytes.split_first() {
                self.special(byte, sink);
                bytes = rest;
            }
        }
    }

    /// The whole lines at the start of `bytes` that are what they show: nothing in them moves a cursor, and none is too long.
    pub(crate) fn block<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        if !self.text.is_empty() || self.left || !self.ansi.is_ground() {
            return &[];
        }
        // No more than this is looked at again when the first line turns out to be a special one.
        let plain = plain_lines(&bytes[..bytes.len().min(BLOCK)]);
        let (mut end, mut begin) = (0, 0);
        for feed in memchr::memchr_iter(b'\n', plain) {
            if feed - begin >= LONGEST {
                break;
            }
            (end, begin) = (feed + 1, feed + 1);
        }
        &plain[..end]
    }

    /// Goes past whole lines that [`Lines::block`] gave.
    pub(crate) fn pass(&mut self, lines: &[u8]) {
        self.number += memchr::memchr_iter(b'\n', lines).count() as u64;
    }

    /// What stands on the line that is not complete yet.
    pub(crate) fn tail(&self) -> &[u8] {
        &self.text
    }

    /// The number of the line that is not complete yet.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The console has ended: what stands on the last line is all there will be.
    pub(crate) fn finish(&mut self, sink: &mut impl FnMut(Piece<'_>)) {
        if !self.text.is_empty() {
            self.emit(true, sink);
        }
    }

    fn special(&mut self, byte: u8, sink: &mut impl FnMut(Piece<'_>)) {
        match self.ansi.take(byte) {
            Act::Text(byte) => {
                self.text.push(byte);
                self.left = false;
            }
            Act::Back => drop(self.text.pop()),
            Act::Nothing => {}
            Act::Leave => self.leave(sink),
            Act::Feed => {
                self.leave(sink);
                self.number += 1;
                self.left = false;
            }
        }
    }

    fn leave(&mut self, sink: &mut impl FnMut(Piece<'_>)) {
        if !(self.text.is_empty() && self.left) {
            self.emit(true, sink);
        }
        self.left = true;
    }

    fn emit(&mut self, complete: bool, sink: &mut impl FnMut(Piece<'_>)) {
        let from = usize::from(self.cut);
        sink(Piece { number: self.number, text: &self.text, from, complete });
        self.cut = false;
        self.text.clear();
    }

    fn cut(&mut self, sink: &mut impl FnMut(Piece<'_>)) {
        let tail = self.text[LONGEST - OVERLAP..].to_vec();
        self.emit(false, sink);
        self.text = tail;
        self.cut = true;
    }
}

/// What `bytes` show as text, in one line: without control sequences and line breaks, and without what was taken back.
pub fn plain(bytes: &[u8]) -> Vec<u8> {
    let (mut ansi, mut text) = (Ansi::default(), Vec::with_capacity(bytes.len()));
    for &byte in bytes {
        match ansi.take(byte) {
            Act::Text(byte) => text.push(byte),
            Act::Back => drop(text.pop()),
            Act::Feed | Act::Leave | Act::Nothing => {}
        }
    }
    text
}

/// The bytes before the first that is neither text nor the end of a line, or some fewer.
fn plain_lines(bytes: &[u8]) -> &[u8] {
    // Each stride without a branch, so that the processor takes many bytes at once.
    let odd = |at: &usize| {
        let stride = &bytes[*at..bytes.len().min(at + STRIDE + 1)];
        let moves = stride.iter().fold(false, |found, &byte| found | moves_cursor(byte));
        moves
            | stride
                .windows(2)
                .fold(false, |found, two| found | (two[0] == b'\r') & (two[1] != b'\n'))
    };
    let end = (0..bytes.len()).step_by(STRIDE).find(odd);
    &bytes[..end.unwrap_or(bytes.len())]
}

/// Whether a byte is neither text nor part of a line's end.
fn moves_cursor(byte: u8) -> bool {
    ((byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r')) | (byte == 0x7f)
}

/// How many bytes at the start need no thought, at most `room`.
fn plain_run(bytes: &[u8], room: usize) -> usize {
    let bytes = &bytes[..bytes.len().min(room)];
    bytes
        .iter()
        .position(|&byte| (byte < 0x20 && byte != b'\t') || byte == 0x7f)
        .unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<(u64, String)> {
        let mut seen = Vec::new();
        let mut sink = |piece: Piece<'_>| {
            seen.push((piece.number, String::from_utf8_lossy(piece.text).into_owned()));
        };
        let mut lines = Lines::default();
        lines.read(bytes, &mut sink);
        lines.finish(&mut sink);
        seen
    }

    fn numbered(lines: &[(u64, &str)]) -> Vec<(u64, String)> {
        lines.iter().map(|&(number, text)| (number, text.to_owned())).collect()
    }

    #[test]
    fn every_way_to_end_a_line_ends_one_line() {
        assert_eq!(lines(b"a\nb\r\nc\r\r\nd"), numbered(&[(1, "a"), (2, "b"), (3, "c"), (4, "d")]));
        assert_eq!(lines(b"\n\r\n"), numbered(&[(1, ""), (2, "")]));
    }

    #[test]
    fn a_lone_carriage_return_ends_what_was_written_but_not_the_numbered_line() {
        assert_eq!(lines(b"10%\r20%\rdone\n"), numbered(&[(1, "10%"), (1, "20%"), (1, "done")]));
    }

    #[test]
    fn what_was_taken_back_is_gone() {
        assert_eq!(lines(b"lss\x08 -l\n"), numbered(&[(1, "ls -l")]));
    }

    #[test]
    fn a_line_without_end_comes_in_bounded_pieces() {
        let mut lines = Lines::default();
        let (mut pieces, mut longest) = (0, 0);
        for _ in 0..64 {
            lines.read(&[b'x'; 64 << 10], &mut |piece| {
                pieces += 1;
                longest = longest.max(piece.text.len());
                assert!(!piece.complete);
            });
        }
        assert!(pieces > 64 && longest == LONGEST && lines.text.capacity() <= 2 * LONGEST);
    }
}
