//! A guest's words, made harmless: nobody knows who wrote them.

use verdict::plain;

use super::{Fault, Outcome};
use crate::Said;

/// How many lines of an answer a report shows, the last ones.
const LINES: usize = 40;

/// How much of a line it shows, in characters.
const WIDTH: usize = 300;

/// The longest name that is taken from the guest, in characters.
const NAME: usize = 100;

/// The last lines of an answer, without control characters.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let room = LINES * WIDTH * 4;
    let tail = &bytes[bytes.len().saturating_sub(room)..];
    let line = |line: &[u8]| -> String { text(line).chars().take(WIDTH).collect() };
    let lines: Vec<String> = tail.trim_ascii().split(|byte| *byte == b'\n').map(line).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// One line, as text without control characters.
pub(super) fn text(line: &[u8]) -> String {
    let plain = plain(line);
    String::from_utf8_lossy(&plain).replace(char::is_control, "").trim_end().to_owned()
}

/// The first line, bounded.
pub(super) fn first_line(bytes: &[u8]) -> String {
    let first = bytes.trim_ascii().split(|byte| *byte == b'\n').next().unwrap_or_default();
    text(&first[..first.len().min(4 * WIDTH)]).chars().take(WIDTH).collect()
}

/// A name that stands in a title: letters, digits, and what units and users have in theirs.
pub(super) fn name(text: &str) -> String {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || ":-_.\\@/+".contains(c) { c } else { '_' };
    text.chars().take(NAME).map(plain).collect()
}

/// A command of the spec's as a title shows it.
pub(super) fn quoted(command: &str) -> String {
    let line = command.trim().lines().next().unwrap_or_default();
    match line.char_indices().nth(NAME) {
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None if command.trim().lines().count() > 1 => format!("`{line} …`"),
        None => format!("`{line}`"),
    }
}

/// Why systemd gave no answer, where it did not: without it none will ever come.
pub(super) fn no_systemd(said: &Said) -> Option<Outcome> {
    match said.status {
        0 => None,
        126 | 127 => Some(Fault::new("there is no systemd in the guest").said(&said.stderr).into()),
        _ => Some(Outcome::NotYet(first_line(&said.stderr))),
    }
}

/// The parts of an answer: what comes before the first line that begins with [`PART`], and the rest.
pub(super) fn parts(stdout: &[u8]) -> (String, &[u8]) {
    let lines = stdout.split_inclusive(|byte| *byte == b'\n');
    let head = lines.take_while(|line| !line.starts_with(PART.as_bytes()));
    let at = head.map(<[u8]>::len).sum();
    (String::from_utf8_lossy(&stdout[..at]).into_owned(), &stdout[at..])
}

/// What a line begins with behind which a unit's journal stands. None of the journal's own lines does.
pub(super) const PART: &str = "== ";

/// What makes systemd's tools speak plainly.
pub(super) const PLAIN: &str = "export LC_ALL=C SYSTEMD_PAGER= SYSTEMD_COLORS=0 SYSTEMD_URLIFY=0";

/// Lines that show the last of a unit's journal, for `$u`.
pub(super) const JOURNAL: &str =
    "echo \"== $u\"; journalctl -u \"$u\" -n 20 -o short-monotonic --no-pager 2>&1";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_characters_are_gone_and_the_last_lines_stay() {
        assert_eq!(shown(b"\x1b[31mred\x1b[0m\r\n\x07a\xff\n\n"), "red\na\u{fffd}");
        let long = b"x\n".repeat(1000);
        assert_eq!(shown(&long).lines().count(), LINES);
    }

    proptest! {
        #[test]
        fn whatever_a_guest_says_is_short_and_plain(bytes in prop::collection::vec(any::<u8>(), 0..9000)) {
            let shown = shown(&bytes);
            prop_assert!(shown.lines().count() <= LINES && shown.chars().count() <= LINES * (WIDTH + 1));
            prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n'));
            prop_assert!(!first_line(&bytes).contains(char::is_control));
            let (head, rest) = parts(&bytes);
            prop_assert!(rest.is_empty() || rest.starts_with(PART.as_bytes()));
            prop_assert!(head.len() + rest.len() >= bytes.len());
        }
    }
}
