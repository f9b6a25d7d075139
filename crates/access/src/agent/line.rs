//! Lines out of a socket at whose other end a guest may write anything.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use supervise::Deadline;

/// The longest line that is kept, in bytes: the agent keeps 16 MiB of each output, and base64 makes a third more of it.
const LONGEST: usize = 48 << 20;

/// How much is read at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// What has come and was not taken yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    held: Vec<u8>,
    /// Up to here it was taken.
    taken: usize,
    /// Up to here there is no line break.
    searched: usize,
}

impl Lines {
    /// The next line, without its break; what is too long for one is thrown away.
    pub(super) fn next(
        &mut self,
        mut socket: &UnixStream,
        deadline: Deadline,
    ) -> io::Result<Vec<u8>> {
        let mut chunk = vec![0; CHUNK];
        loop {
            if let Some(line) = self.take() {
                return Ok(line);
            }
            if deadline.has_passed() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let time = deadline.remaining().max(Duration::from_millis(1));
            socket.set_read_timeout(Some(time))?;
            match socket.read(&mut chunk) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.push(&chunk[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        if self.held.len() + bytes.len() > LONGEST {
            *self = Lines::default();
        }
        self.held.extend_from_slice(bytes);
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        let found = memchr::memchr(b'\n', &self.held[self.searched..]);
        let Some(at) = found.map(|at| self.searched + at) else {
            self.held.drain(..self.taken);
            (self.taken, self.searched) = (0, self.held.len());
            return None;
        };
        let line = self.held[self.taken..at].to_vec();
        (self.taken, self.searched) = (at + 1, at + 1);
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_flood_without_line_breaks_takes_no_memory() {
        let mut lines = Lines::default();
        for _ in 0..2 * LONGEST / CHUNK {
            lines.push(&[b'x'; CHUNK]);
            assert_eq!(lines.take(), None);
        }
        assert!(lines.held.capacity() <= 2 * LONGEST);
    }

    proptest! {
        #[test]
        fn where_the_stream_is_cut_does_not_matter(text in "[ab\n]{0,40}", at in any::<proptest::sample::Index>()) {
            let (mut lines, at) = (Lines::default(), at.index(text.len() + 1));
            let mut taken = Vec::new();
            for piece in [&text[..at], &text[at..]] {
                lines.push(piece.as_bytes());
                taken.extend(std::iter::from_fn(|| lines.take()));
            }
            let whole = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
            prop_assert_eq!(taken, whole.map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>());
        }
    }
}
