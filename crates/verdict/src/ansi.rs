//! Terminal control sequences, taken out of a console byte by byte.

/// What one byte of console means for the line being gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// It is text.
    Text(u8),
    /// It ends the line: a line feed.
    Feed,
    /// It ends what stands on the line: a carriage return, or the cursor goes elsewhere.
    Leave,
    /// It takes back the last character.
    Back,
    /// It shows nothing.
    Nothing,
}

/// Longer sequences are no sequences; a guest cannot hide its output in one that never ends.
const LONGEST: u8 = 255;

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Ground,
    Escape,
    /// `ESC [` with the first digit of its parameters.
    Control(u8, u8),
    /// `ESC ]`, `ESC P` and their kin: text up to BEL or `ESC \`.
    Text(u8),
}

/// The state between two bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ansi(State);

impl Ansi {
    /// Whether the next byte is read as it stands.
    pub(crate) fn is_ground(&self) -> bool {
        matches!(self.0, State::Ground)
    }

    /// Takes one byte.
    pub(crate) fn take(&mut self, byte: u8) -> Act {
        if byte == b'\n' || byte == b'\r' {
            self.0 = State::Ground;
        }
        match self.0 {
            State::Ground => self.ground(byte),
            State::Escape => self.escape(byte),
            State::Control(first, length) => self.control(byte, first, length),
            State::Text(length) => self.text(byte, length),
        }
    }

    fn ground(&mut self, byte: u8) -> Act {
        match byte {
            b'\n' => Act::Feed,
            b'\r' | 0x0b | 0x0c => Act::Leave,
            0x08 => Act::Back,
            b'\t' => Act::Text(byte),
            0x1b => self.enter(State::Escape),
            0..0x20 | 0x7f => Act::Nothing,
            _ => Act::Text(byte),
        }
    }

    fn enter(&mut self, state: State) -> Act {
        self.0 = state;
        Act::Nothing
    }

    fn escape(&mut self, byte: u8) -> Act {
        self.0 = match byte {
            b'[' => State::Control(0, 0),
            b']' | b'P' | b'^' | b'_' | b'X' => State::Text(0),
            0x20..=0x2f => State::Escape,
            _ => State::Ground,
        };
        if byte == b'c' { Act::Leave } else { Act::Nothing }
    }

    fn control(&mut self, byte: u8, first: u8, length: u8) -> Act {
        match byte {
            0x20..=0x3f if length < LONGEST => {
                self.enter(State::Control(if length == 0 { byte } else { first }, length + 1))
            }
            0x40..=0x7e => {
                self.0 = State::Ground;
                moved(byte, first)
            }
            _ => {
                self.0 = State::Ground;
                self.ground(byte)
            }
        }
    }

    fn text(&mut self, byte: u8, length: u8) -> Act {
        match byte {
            0x07 => self.enter(State::Ground),
            0x1b => self.enter(State::Escape),
            0x20.. if length < LONGEST => self.enter(State::Text(length + 1)),
            _ => {
                self.0 = State::Ground;
                self.ground(byte)
            }
        }
    }
}

/// A sequence that puts the cursor on another line, or clears the screen, ends what was written before it.
fn moved(last: u8, first: u8) -> Act {
    match last {
        b'A' | b'B' | b'E' | b'F' | b'H' | b'd' | b'f' => Act::Leave,
        b'J' if first != 0 && first != b'0' => Act::Leave,
        b'C' => Act::Text(b' '),
        _ => Act::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8]) -> String {
        let mut ansi = Ansi::default();
        let show = |act| match act {
            Act::Text(byte) => Some(byte as char),
            Act::Feed => Some('\n'),
            Act::Leave => Some('|'),
            Act::Back => Some('<'),
            Act::Nothing => None,
        };
        bytes.iter().filter_map(|&byte| show(ansi.take(byte))).collect()
    }

    #[test]
    fn colours_titles_and_queries_leave_no_trace() {
        assert_eq!(
            shown(b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07ok\x1b[6n\x1b(B\x1b[K\x1b[J"),
            "red ok"
        );
    }

    #[test]
    fn moving_the_cursor_ends_what_stands_on_the_line() {
        assert_eq!(shown(b"menu\x1b[5;1Hentry\x1b[2Jclear"), "menu|entry|clear");
    }

    #[test]
    fn an_endless_sequence_cannot_swallow_the_console() {
        assert_eq!(shown(b"\x1b]0;never ended\nKernel panic"), "\nKernel panic");
        let long = [b"\x1b]".as_slice(), &[b'x'; 300], b"panic"].concat();
        assert!(shown(&long).ends_with("panic"));
    }
}
