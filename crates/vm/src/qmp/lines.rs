//! Lines out of a stream of foreign bytes, none longer than a limit.

/// The longest line that is kept, in bytes; QEMU's own longest answers here are register dumps of a few KiB per processor.
pub(crate) const LONGEST: usize = 1 << 20;

/// Cuts a stream into lines. A line over the limit is dropped whole.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    partial: Vec<u8>,
    too_long: bool,
}

impl Lines {
    /// Takes the next bytes of the stream and calls `each` with every line that they complete, without its line break.
    pub(crate) fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                None => self.add(piece),
                Some(end) => {
                    self.add(end);
                    if !self.too_long {
                        each(&self.partial);
                    }
                    *self = Lines::default();
                }
            }
        }
    }

    fn add(&mut self, piece: &[u8]) {
        self.too_long |= self.partial.len() + piece.len() > LONGEST;
        if self.too_long {
            self.partial = Vec::new();
        } else {
            self.partial.extend_from_slice(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        pieces.iter().for_each(|piece| lines.push(piece, |line| found.push(line.to_vec())));
        found
    }

    #[test]
    fn a_line_over_the_limit_is_dropped_and_the_next_is_kept() {
        let long = vec![b'x'; LONGEST];
        assert_eq!(cut(&[&long, b"x\nnext\n"]), [b"next"]);
        assert_eq!(cut(&[&long, b"\nnext\n"]), [long.as_slice(), b"next"]);
    }

    #[test]
    fn a_flood_without_line_breaks_takes_no_memory() {
        let mut lines = Lines::default();
        for _ in 0..64 {
            lines.push(&[b'x'; 64 << 10], |_| panic!("there is no line"));
        }
        assert!(lines.partial.capacity() <= 2 * LONGEST);
    }

    proptest! {
        #[test]
        fn where_the_stream_is_cut_does_not_matter(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200),
                                                   at in any::<proptest::sample::Index>()) {
            let at = at.index(bytes.len() + 1);
            prop_assert_eq!(cut(&[&bytes[..at], &bytes[at..]]), cut(&[&bytes]));
        }
    }
}
