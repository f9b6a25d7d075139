//! Which characters a reader can see.

/// The character itself, or nothing where it would show nothing: controls, formatting such as zero-width joiners and
/// changes of direction, blanks that are no space, what Unicode has not assigned.
pub(crate) fn visible(c: char) -> Option<char> {
    let shown = match c {
        ' '..='~' | '\t' => true,
        '\0'..='\u{9f}' => false,
        _ => c.is_alphanumeric() || is_printed(c),
    };
    shown.then_some(c)
}

/// Whether Rust prints it in a debug string as it is, where it follows a letter and may be a mark upon it.
fn is_printed(c: char) -> bool {
    format!("x{c}").escape_debug().count() == 2
}

/// The text as one line that a reader can see: line ends of every kind become blanks.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|c| if ends_line(c) { ' ' } else { c }).filter_map(visible).collect()
}

/// The text with `\n` as the only line end, and nothing that cannot be seen.
pub(crate) fn lines(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let shown = |c| if ends_line(c) { Some('\n') } else { visible(c) };
    text.chars().filter_map(shown).collect()
}

/// Whether some reader or other takes it for the end of a line.
pub(crate) fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        let text = "a\u{200b}b\u{202e}c\u{ad}d\u{feff}e\u{7f}f\u{9b}g\u{e0041}h\0i";
        assert_eq!(one_line(text), "abcdefghi");
    }

    #[test]
    fn letters_of_every_script_stay() {
        let text = "Größe 日本語 हिन्दी Ελληνικά e\u{301} ⚠\u{fe0f} ✓ │ €";
        assert_eq!(one_line(text), text);
    }

    #[test]
    fn every_kind_of_line_end_is_one() {
        assert_eq!(lines("a\r\nb\rc\u{2028}d"), "a\nb\nc\nd");
        assert_eq!(one_line("a\nb\u{85}c"), "a b c");
    }
}
