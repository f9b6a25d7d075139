//! The fence: text that a guest has written, shown in the log, can never act as a workflow command.
//!
//! Two locks, each enough alone. Every line is made [harmless](neutralise): the runner would find no command in it even
//! if it looked. And around the text the runner is told not to look, until it reads a token that the guest cannot know.
//! `docs/fence.md` has the rules of the runner that this answers, and the proof.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::random;
use crate::visible::{ends_line, visible};

/// Before each line: a runner's `::command` stands at a line's beginning, and a reader sees whose text it is.
const PREFIX: &str = "| ";

/// A longer line is shown in pieces of this many bytes.
const LONGEST: usize = 4 << 10;

/// How much one fence shows, in bytes of log.
const SHOWN: usize = 4 << 20;

/// What the runner listens to again, while a fence stands.
static STANDING: Mutex<Option<String>> = Mutex::new(None);

const NO_MORE: &str = "the log shows no more of this: the evidence has all of it";

/// Shows a guest's text between two lines that stop and resume the runner's commands.
///
/// Bytes may come in chunks of any size. While a fence is open, commands of our own do nothing either: write annotations
/// after it. The runner resumes when the fence is closed or dropped, and by [`resume`]. One stands at a time. Begin it at a line's
/// beginning.
#[derive(Debug)]
pub struct Fence<W: Write> {
    out: W,
    token: Option<String>,
    line: Line,
    room: usize,
    open: bool,
}

impl<W: Write> Fence<W> {
    /// Stops the runner's commands in `out`.
    ///
    /// # Errors
    /// When `out` cannot be written, or the system gives no random token.
    pub fn open(mut out: W) -> io::Result<Fence<W>> {
        let token = random::word()?;
        out.write_all(format!("::stop-commands::{token}\n").as_bytes())?;
        *standing() = Some(token.clone());
        let mut fence = Fence::without_stop(out);
        fence.token = Some(token);
        Ok(fence)
    }

    /// The first lock alone, for a log that no runner reads.
    pub fn without_stop(out: W) -> Fence<W> {
        Fence { out, token: None, line: Line::default(), room: SHOWN, open: true }
    }

    /// Shows what is left of the last line, and resumes the runner's commands.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn close(mut self) -> io::Result<()> {
        self.end()
    }

    fn end(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.open, false) {
            return Ok(());
        }
        let rest = self.line.take();
        let shown =
            if rest.is_empty() { Ok(()) } else { show(&mut self.out, &mut self.room, &rest) };
        // The runner must hear us again, whatever became of the last line.
        if let Some(token) = self.token.take() {
            standing().take();
            self.out.write_all(format!("::{token}::\n").as_bytes())?;
        }
        shown.and(self.out.flush())
    }
}

/// Takes bytes of the guest; each line is written once it is complete.
impl<W: Write> Write for Fence<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Fence { out, line, room, .. } = self;
        line.read(bytes, &mut |line| show(out, room, line))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Drop for Fence<W> {
    fn drop(&mut self) {
        // Nobody is left to hear that the log is gone.
        let _closed = self.end();
    }
}

/// Has the runner of `out` listen again, if a fence stands that nobody will close.
pub(crate) fn resume(out: &mut impl Write) -> io::Result<()> {
    match standing().take() {
        Some(token) => out.write_all(format!("\n::{token}::\n").as_bytes()).and(out.flush()),
        None => Ok(()),
    }
}

fn standing() -> MutexGuard<'static, Option<String>> {
    STANDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The text as lines that hold no command, however the runner reads them; each line ends with `\n`.
pub fn neutralise(text: &[u8]) -> String {
    let (mut shown, mut line) = (String::new(), Line::default());
    // The sink cannot fail.
    let _infallible = line.read(text, &mut |line| {
        harmless(line, &mut shown);
        Ok(())
    });
    let rest = line.take();
    if !rest.is_empty() {
        harmless(&rest, &mut shown);
    }
    shown
}

/// Writes a line where there is room for it, and once that there is no more.
fn show(out: &mut impl Write, room: &mut usize, line: &[u8]) -> io::Result<()> {
    if *room == 0 {
        return Ok(());
    }
    let mut shown = String::with_capacity(line.len() + 8);
    harmless(line, &mut shown);
    if shown.len() > *room {
        *room = 0;
        return writeln!(out, "{PREFIX}({NO_MORE})");
    }
    *room -= shown.len();
    out.write_all(shown.as_bytes())
}

/// Adds a line without control sequences, split where Unicode ends a line, each part with the prefix.
fn harmless(line: &[u8], shown: &mut String) {
    let plain = verdict::plain(line);
    for part in String::from_utf8_lossy(&plain).split(ends_line) {
        shown.push_str(PREFIX);
        break_commands(part, shown);
        shown.push('\n');
    }
}

/// Adds `text` with a backslash in every `#[` and in a `::` at its beginning.
///
/// A runner compares by culture, and so may skip characters that sort as nothing; which these are depends on its ICU. So
/// a backslash also stands after each `#` or leading `:` that anything but printable ASCII follows. No `#` and `[`, and no
/// two leading colons, are then neighbours, whatever is skipped between them.
fn break_commands(text: &str, shown: &mut String) {
    let mut begun = false;
    let mut chars = text.chars().filter_map(visible).peekable();
    while let Some(c) = chars.next() {
        shown.push(c);
        let next = chars.peek().copied();
        let joins = |other| next.is_some_and(|next| next == other || !stands(next));
        if (c == '#' && joins('[')) || (c == ':' && !begun && joins(':')) {
            shown.push('\\');
        }
        begun |= c.is_ascii_graphic();
    }
}

/// Whether no culture skips it.
fn stands(c: char) -> bool {
    c == '\t' || (' '..='~').contains(&c)
}

/// Gathers one line of bytes, in bounded memory.
#[derive(Debug, Default)]
struct Line {
    bytes: Vec<u8>,
    /// A carriage return has just ended a line; a line feed now ends nothing more.
    returned: bool,
}

impl Line {
    fn read(
        &mut self,
        bytes: &[u8],
        sink: &mut impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        for run in bytes.split_inclusive(|&byte| ends_bytes(byte)) {
            let (text, end) = match run.split_last() {
                Some((&end, text)) if ends_bytes(end) => (text, Some(end)),
                _ => (run, None),
            };
            self.push(text, sink)?;
            let half = end == Some(b'\n') && self.returned && text.is_empty();
            if end.is_some() && !half {
                sink(&self.bytes)?;
                self.bytes.clear();
            }
            self.returned = end == Some(b'\r');
        }
        Ok(())
    }

    fn push(
        &mut self,
        mut text: &[u8],
        sink: &mut impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        while self.bytes.len() + text.len() >= LONGEST {
            let (now, later) = text.split_at(LONGEST - self.bytes.len());
            self.bytes.extend_from_slice(now);
            let cut = character_boundary(&self.bytes);
            sink(&self.bytes[..cut])?;
            self.bytes.drain(..cut);
            text = later;
        }
        self.bytes.extend_from_slice(text);
        Ok(())
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

/// What ends a line of a console, or of a log.
fn ends_bytes(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Where to cut so that the last character, if more of it may come, stays whole.
fn character_boundary(bytes: &[u8]) -> usize {
    let begins = |&at: &usize| bytes[at] >= 0xc0;
    let first = bytes.len() - 3;
    (first..bytes.len()).rev().find(begins).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fenced(text: &[u8]) -> String {
        let mut out = Vec::new();
        let mut fence = Fence::open(&mut out).unwrap();
        fence.write_all(text).unwrap();
        fence.close().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn commands_of_every_form_are_shown_and_broken() {
        let text =
            b"::set-output name=verdict::passed\r::add-mask::e\n \t::error::x\nlate ##[error]y";
        let expected = "\
| :\\:set-output name=verdict::passed
| :\\:add-mask::e
|  \t:\\:error::x
| late ##\\[error]y
";
        assert_eq!(neutralise(text), expected);
    }

    #[test]
    fn what_a_culture_skips_does_not_join_a_command() {
        let text = "#\u{640}#\u{640}[error]x\n\u{640}:\u{640}:error::x\n#\u{200b}#\u{ad}[error]";
        let expected =
            "| #\\\u{640}#\\\u{640}[error]x\n| \u{640}:\\\u{640}:error::x\n| ##\\[error]\n";
        assert_eq!(neutralise(text.as_bytes()), expected);
    }

    #[test]
    fn a_sequence_taken_out_does_not_join_a_command() {
        assert_eq!(neutralise(b"#\x1b[m#\x1b[1m[error]x\x08y"), "| ##\\[error]y\n");
        assert_eq!(neutralise(b"a\xc2\x1b[m\x85::error::x"), "| a\n| :\\:error::x\n");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        let text = "[    0.000000] Linux version 6.1.0 (gcc #1 SMP) ## Größe: 3 :: ok\n\nend";
        let expected =
            "| [    0.000000] Linux version 6.1.0 (gcc #1 SMP) ## Größe: 3 :: ok\n| \n| end\n";
        assert_eq!(neutralise(text.as_bytes()), expected);
    }

    #[test]
    fn the_token_is_new_each_time_and_resumes_the_runner() {
        let [first, second] = [fenced(b"hello"), fenced(b"hello")];
        assert_ne!(first, second);
        let token = first.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap();
        assert_eq!(token.len(), 32);
        assert_eq!(first, format!("::stop-commands::{token}\n| hello\n::{token}::\n"));
    }

    #[test]
    fn a_panic_resumes_the_runner() {
        let mut out = Vec::new();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut fence = Fence::open(&mut out).unwrap();
            fence.write_all(b"half a line").unwrap();
            panic!("in the middle");
        }));
        assert!(panicked.is_err());
        let shown = String::from_utf8(out).unwrap();
        let token = shown.lines().next().unwrap().strip_prefix("::stop-commands::").unwrap();
        assert!(shown.ends_with(&format!("| half a line\n::{token}::\n")));
    }

    #[test]
    fn a_flood_is_cut_with_a_notice_and_the_runner_resumes() {
        let mut out = Vec::new();
        let mut fence = Fence::open(&mut out).unwrap();
        for _ in 0..200 {
            fence.write_all(&[b'\n'; 64 << 10]).unwrap();
        }
        fence.close().unwrap();
        assert!(out.len() < SHOWN + 300, "{}", out.len());
        let shown = String::from_utf8(out).unwrap();
        assert_eq!(shown.matches(NO_MORE).count(), 1);
        assert!(shown.lines().last().unwrap().starts_with("::"));
    }

    #[test]
    fn a_line_without_end_is_shown_in_pieces_of_whole_characters() {
        let text = "é".repeat(10_000);
        let shown = neutralise(format!("x{text}").as_bytes());
        assert!(shown.lines().all(|line| line.len() <= LONGEST + PREFIX.len()));
        assert_eq!(shown.matches('é').count(), 10_000);
        let mut line = Line::default();
        line.read(&vec![b'x'; 1 << 20], &mut |_| Ok(())).unwrap();
        assert!(line.bytes.capacity() <= 2 * LONGEST);
    }
}
