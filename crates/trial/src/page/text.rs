//! Foreign text in HTML.

use std::fmt::{self, Display, Formatter, Write};

/// Shows a value as nothing but text, as an element's content or in a quoted attribute.
#[derive(Clone, Copy, Debug)]
pub struct Text<T>(pub T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(Escape(f), "{}", self.0)
    }
}

struct Escape<'a, 'b>(&'a mut Formatter<'b>);

impl Write for Escape<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            _ if deceives(c) => self.0.write_char(char::REPLACEMENT_CHARACTER),
            _ => self.0.write_char(c),
        })
    }
}

/// Whether it would act on the text around it instead of being seen: controls, line ends that no console knows, and what
/// turns the direction of writing.
fn deceives(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_neither_an_element_nor_the_end_of_an_attribute() {
        assert_eq!(
            Text("</code><a href='x' id=\"y\">&amp;").to_string(),
            "&lt;/code&gt;&lt;a href=&#39;x&#39; id=&quot;y&quot;&gt;&amp;amp;"
        );
    }

    #[test]
    fn what_turns_or_breaks_the_line_is_seen_instead() {
        assert_eq!(Text("a\u{202e}b\0c\u{2028}d\u{9b}e\tä\n").to_string(), "a�b�c�d�e\tä\n");
    }
}
