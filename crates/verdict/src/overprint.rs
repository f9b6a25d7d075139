//! A prompt behind which the kernel has printed something: whoever printed the prompt waits all the same.

/// How many digits Linux prints behind the point of its times.
const MICROSECONDS: usize = 6;

/// What stood in a line before a message of the kernel began in it, as long as nothing but such messages followed: more of
/// them than [`crate::recent::Recent`] keeps.
#[derive(Debug, Default)]
pub(crate) struct Overprinted(Vec<u8>);

impl Overprinted {
    /// Takes note of a line, or of a piece of one that is too long.
    pub(crate) fn line(&mut self, text: &[u8]) {
        let message = memchr::memchr_iter(b'[', text).find(|&at| is_stamp(&text[at..]));
        if message != Some(0) {
            self.0.clear();
            self.0.extend_from_slice(&text[..message.unwrap_or(0)]);
        }
    }

    /// Empty if there is none.
    pub(crate) fn text(&self) -> &[u8] {
        &self.0
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

    fn left(lines: &[&str]) -> String {
        let mut overprinted = Overprinted::default();
        lines.iter().for_each(|line| overprinted.line(line.as_bytes()));
        String::from_utf8_lossy(overprinted.text()).into_owned()
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

    proptest::proptest! {
        #[test]
        fn what_is_left_began_the_last_line_that_was_not_the_kernels(lines: Vec<Vec<u8>>) {
            let mut overprinted = Overprinted::default();
            for line in &lines {
                overprinted.line(line);
            }
            let left = overprinted.text();
            proptest::prop_assert!(left.is_empty() || lines.iter().any(|it| it.starts_with(left)));
        }
    }
}
