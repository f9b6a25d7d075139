//! Lines that the kernel has printed into: a serial port takes some bytes of a program's line, then a message of the kernel,
//! then the rest.

use crate::line::LONGEST;

/// How many digits Linux prints behind the point of its times.
const MICROSECONDS: usize = 6;

/// A time of Linux behind something else: what [`Torn`] is told of.
pub(crate) const PATTERN: &str = r"[^\r\n]\[ *[0-9]+\.[0-9]{6}\][ \[]";

/// What came of a line before the kernel began to print, as long as nothing but messages of the kernel followed.
#[derive(Debug, Default)]
pub(crate) struct Torn {
    text: Vec<u8>,
    /// The patterns that matched on its parts.
    known: Vec<usize>,
    /// Whether an echo of what was typed was in it.
    answered: bool,
}

impl Torn {
    /// Takes note of a complete line on which these patterns matched. Where it is the last part of a torn one, that is it,
    /// put together, with the patterns that were known before.
    pub(crate) fn line(
        &mut self,
        text: &[u8],
        hits: &[usize],
        answered: bool,
    ) -> Option<(Vec<u8>, Vec<usize>)> {
        let message = memchr::memchr_iter(b'[', text).find(|&at| is_stamp(&text[at..]));
        if message == Some(0) || (message.is_none() && self.is_empty()) {
            return None;
        }
        self.text.extend_from_slice(&text[..message.unwrap_or(text.len())]);
        self.known.extend(hits);
        self.answered |= answered;
        match message {
            None => self.take(),
            Some(_) if self.text.len() > LONGEST => self.take().and(None),
            Some(_) => None,
        }
    }

    /// What there is of a torn line, of which no more will come.
    pub(crate) fn take(&mut self) -> Option<(Vec<u8>, Vec<usize>)> {
        let Torn { text, known, .. } = std::mem::take(self);
        (!text.is_empty()).then_some((text, known))
    }

    /// Whether no line is torn.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Where a guest may still wait for input that it has not got: what came of the line.
    pub(crate) fn unanswered(&self) -> &[u8] {
        if self.answered { &[] } else { &self.text }
    }
}

/// Whether this begins as a message of Linux: with `[    2.377370] `, or `[    2.377370][    T1] `.
fn is_stamp(text: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b']', text) else { return false };
    let time = text[1..end].trim_ascii_start();
    let Some(point) = memchr::memchr(b'.', time) else { return false };
    let (seconds, rest) = (&time[..point], &time[point + 1..]);
    let is_number = |digits: &[u8]| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let is_time = is_number(seconds) && is_number(rest) && rest.len() == MICROSECONDS;
    is_time && matches!(text.get(end + 1), Some(b' ' | b'['))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_together(lines: &[&str]) -> Option<String> {
        let mut torn = Torn::default();
        let mut whole = lines.iter().filter_map(|line| torn.line(line.as_bytes(), &[], false));
        whole.next().map(|(text, _)| String::from_utf8_lossy(&text).into_owned())
    }

    fn left(lines: &[&str]) -> String {
        let mut torn = Torn::default();
        lines.iter().for_each(|line| drop(torn.line(line.as_bytes(), &[], false)));
        String::from_utf8_lossy(torn.unanswered()).into_owned()
    }

    #[test]
    fn a_torn_line_is_put_together() {
        let [one, two] = ["ALL THE TESTS HA[    6.964089] tsc: 1", "[    6.964100][    T1] a"];
        assert_eq!(
            put_together(&[one, two, "VE PASSED", "x"]).unwrap(),
            "ALL THE TESTS HAVE PASSED"
        );
        assert_eq!(
            put_together(&[one, "VE[   10.778958] b", "", "x"]).unwrap(),
            "ALL THE TESTS HAVE"
        );
        assert_eq!(put_together(&[two, "VE PASSED", "[1.5] a"]), None);
    }

    #[test]
    fn a_prompt_stays_behind_messages_of_the_kernel() {
        assert_eq!(left(&["~ # [    2.377370] tsc: Refined TSC", "[    2.377904] clock"]), "~ # ");
        assert_eq!(left(&["login: [12345.000001][    T1] a [    1.000000] b"]), "login: ");
        assert_eq!(left(&["[x] $ [    1.000000] a"]), "[x] $ ");
    }

    #[test]
    fn whatever_else_is_printed_takes_it_away() {
        for line in ["", "text", "[  OK  ] Started", "[1.5] a", "[    1.000000]: a", "[", "[]"] {
            assert_eq!(left(&["~ # [    2.377370] tsc", line]), "", "{line}");
        }
        assert_eq!(left(&["[    2.377370] tsc"]), "");
    }

    #[test]
    fn no_more_is_kept_than_a_line_may_have() {
        let part = format!("{}[    2.377370] tsc", "x".repeat(LONGEST / 3));
        assert_eq!(left(&[&part, &part, &part]).len(), 3 * (LONGEST / 3));
        assert_eq!(left(&[&part, &part, &part, &part]), "");
    }

    proptest::proptest! {
        #[test]
        fn all_of_a_torn_line_comes_back(
            parts in proptest::collection::vec("[a-z \\[\\]0-9]{1,20}", 1..5), messages in 1..4_usize,
        ) {
            let mut lines = Vec::new();
            for part in &parts {
                lines.push(format!("{part}[    1.000000] message"));
                lines.extend((1..messages).map(|_| "[    1.000000] another".to_owned()));
            }
            lines.push("end".to_owned());
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            proptest::prop_assert_eq!(put_together(&lines), Some(parts.concat() + "end"));
        }
    }
}
