//! One line of a recorded console, to be shown to people.

use crate::ansi::{Act, Ansi};

/// What a line of `console.log` shows, given without its line feed: the texts that the judge reads on the line of that
/// number, with a line feed between one and the next that was written over it.
pub fn shown(line: &[u8]) -> Vec<u8> {
    let (mut ansi, mut text) = (Ansi::default(), Vec::with_capacity(line.len()));
    for &byte in line {
        match (ansi.take(byte), text.last()) {
            (Act::Text(byte), _) => text.push(byte),
            (Act::Back, Some(last)) if *last != b'\n' => drop(text.pop()),
            (Act::Leave, Some(last)) if *last != b'\n' => text.push(b'\n'),
            _ => {}
        }
    }
    text.pop_if(|last| *last == b'\n');
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::line::{Lines, Piece};

    #[test]
    fn a_progress_bar_is_shown_step_by_step() {
        assert_eq!(shown(b"\x1b[32m10%\r20%\r\x1b[0mdone\r"), b"10%\n20%\ndone");
    }

    /// The texts of each line as the judge gets them.
    fn judged(console: &[u8]) -> Vec<Vec<u8>> {
        let mut judged =
            vec![Vec::new(); 1 + console.iter().filter(|&&byte| byte == b'\n').count()];
        let mut sink = |piece: Piece<'_>| {
            let line: &mut Vec<u8> = &mut judged[usize::try_from(piece.number - 1).unwrap()];
            if !(line.is_empty() || piece.text.is_empty()) {
                line.push(b'\n');
            }
            line.extend(piece.text);
        };
        let mut lines = Lines::default();
        lines.read(console, &mut sink);
        lines.finish(&mut sink);
        judged
    }

    proptest! {
        #[test]
        fn a_line_shows_what_the_judge_reads_on_the_line_of_that_number(
            console in prop::collection::vec(
                prop_oneof![any::<u8>(), prop::sample::select(b"\n\n\r\x08\x1b[]2JHmca\x07".as_slice())],
                0..300,
            ),
        ) {
            let lines: Vec<Vec<u8>> = console.split(|&byte| byte == b'\n').map(shown).collect();
            prop_assert_eq!(lines, judged(&console));
        }
    }
}
