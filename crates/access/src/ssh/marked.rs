//! A script between marks, so that its end is told from the connection's.

use std::io;

use trial::Said;

/// The longest line of an end: a status.
const STATUS: usize = 4;

/// What no script writes: a word that nobody knew before.
pub(super) fn marker() -> io::Result<String> {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(format!("\nbootgate-{} ", hex::encode(bytes)))
}

/// The command that runs the script which it reads, with nothing to read itself, and says at last how it ended. Any login
/// shell takes it.
pub(super) fn wrapped(marker: &str) -> String {
    let marker = marker.trim();
    format!(
        "exec sh -c 'script=$(cat); sh -c \"$script\" </dev/null; printf \"\\n%s %s\\n\" {marker} $? >&2'"
    )
}

/// What was said on both outputs, each kept up to a limit.
#[derive(Debug)]
pub(super) struct Marked {
    marker: Vec<u8>,
    most: usize,
    /// The end of the error output that may be the begin of a mark.
    held: Vec<u8>,
    said: Said,
    status: Option<u8>,
}

impl Marked {
    pub(super) fn new(marker: &str, most: usize) -> Marked {
        let marker = marker.as_bytes().to_vec();
        Marked { marker, most, held: Vec::new(), said: Said::default(), status: None }
    }

    /// Whether the script has ended.
    pub(super) fn is_ended(&self) -> bool {
        self.status.is_some()
    }

    pub(super) fn hear_output(&mut self, bytes: &[u8]) {
        self.said.is_cut |= keep(&mut self.said.stdout, bytes, self.most);
    }

    pub(super) fn hear_errors(&mut self, bytes: &[u8]) {
        if self.is_ended() {
            return;
        }
        self.held.extend_from_slice(bytes);
        let ends = memchr::memmem::find_iter(&self.held, &self.marker)
            .find_map(|at| status(&self.held[at + self.marker.len()..]).map(|status| (at, status)));
        let settled = match ends {
            Some((at, _)) => at,
            None => self.held.len().saturating_sub(self.marker.len() + STATUS),
        };
        self.status = ends.map(|(_, status)| status);
        self.said.is_cut |= keep(&mut self.said.stderr, &self.held[..settled], self.most);
        self.held.drain(..settled);
    }

    /// What was said, if the script ended.
    pub(super) fn said(self) -> Option<Said> {
        self.status.map(|status| Said { status, ..self.said })
    }
}

/// A number and the end of its line.
fn status(text: &[u8]) -> Option<u8> {
    let line = &text[..memchr::memchr(b'\n', text)?];
    std::str::from_utf8(line).ok()?.parse().ok()
}

/// Keeps what there is room for; whether that was not all.
fn keep(kept: &mut Vec<u8>, bytes: &[u8], most: usize) -> bool {
    let room = bytes.len().min(most.saturating_sub(kept.len()));
    kept.extend_from_slice(&bytes[..room]);
    room < bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mark_without_a_number_is_no_end_and_the_one_behind_it_is() {
        let mut marked = Marked::new("\nM ", 100);
        marked.hear_errors(b"a\nM x\nb\nM 2567\nc\nM 25");
        assert!(!marked.is_ended());
    }

    proptest! {
        #[test]
        fn where_the_stream_is_cut_does_not_matter(errors in "[a\nM 0-9]{0,40}", at in any::<proptest::sample::Index>(), status: u8) {
            let marker = "\nthe-mark ";
            let all = format!("{errors}{marker}{status}\nbehind");
            let at = at.index(all.len());
            let mut marked = Marked::new(marker, 1000);
            marked.hear_errors(&all.as_bytes()[..at]);
            marked.hear_errors(&all.as_bytes()[at..]);
            let said = marked.said().unwrap();
            prop_assert_eq!((said.status, said.stderr), (status, errors.into_bytes()));
        }

        #[test]
        fn no_bytes_break_it_and_nothing_grows(chunks in proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'M'), Just(b' '), Just(b'7'), any::<u8>()], 0..20), 0..10)) {
            let mut marked = Marked::new("\nM ", 10);
            for chunk in &chunks {
                marked.hear_errors(chunk);
                marked.hear_output(chunk);
                prop_assert!(marked.held.len() <= 3 + STATUS || marked.is_ended());
            }
            prop_assert!(marked.said.stdout.len() <= 10 && marked.said.stderr.len() <= 10);
        }
    }
}
