//! The recording of a console, written while the guest runs, so that it is there however the run ends.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::Problem;

/// How much of a console is kept from its beginning, in bytes.
pub(crate) const HEAD: u64 = 64 << 20;

/// How much is kept from its end when it is longer, in bytes.
const TAIL: usize = 1 << 20;

/// What of a console is not in its recording, between its head and its tail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    pub(crate) bytes: u64,
    /// How many lines ended in those bytes.
    pub(crate) lines: u64,
}

/// Writes `console.log` and `console.cast`.
pub(crate) struct Recorder {
    folder: PathBuf,
    log: BufWriter<File>,
    cast: BufWriter<File>,
    written: u64,
    bytes: u64,
    tail: Vec<u8>,
    /// The lines that ended after the head.
    later_lines: u64,
    /// When the last bytes of the head came.
    last: Duration,
    /// The first bytes of a character whose others have not come yet.
    partial: Vec<u8>,
}

impl Recorder {
    /// Begins a recording in `folder`, which is made if need be.
    pub(crate) fn create(folder: &Path, title: &str) -> Result<Recorder, Problem> {
        let open = || -> io::Result<Recorder> {
            std::fs::create_dir_all(folder)?;
            let log = BufWriter::new(File::create(folder.join("console.log"))?);
            let mut cast = BufWriter::new(File::create(folder.join("console.cast"))?);
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            let head =
                json!({"version": 2, "width": 120, "height": 40, "timestamp": now, "title": title});
            writeln!(cast, "{head}")?;
            cast.flush()?;
            let folder = folder.to_owned();
            Ok(Recorder {
                folder,
                log,
                cast,
                written: 0,
                bytes: 0,
                tail: Vec::new(),
                later_lines: 0,
                last: Duration::ZERO,
                partial: Vec::new(),
            })
        };
        open().map_err(|error| evidence_problem(folder, &error))
    }

    /// Adds bytes that came at this time.
    pub(crate) fn write(&mut self, at: Duration, bytes: &[u8]) -> Result<(), Problem> {
        self.bytes += bytes.len() as u64;
        let kept = usize::try_from(HEAD - self.written).unwrap_or(usize::MAX).min(bytes.len());
        let (head, rest) = bytes.split_at(kept);
        self.written += kept as u64;
        self.later_lines += line_feeds(rest);
        self.keep_tail(rest);
        self.write_head(at, head).map_err(|error| evidence_problem(&self.folder, &error))
    }

    /// Puts what is buffered on the disk.
    pub(crate) fn flush(&mut self) -> Result<(), Problem> {
        let done = self.log.flush().and_then(|()| self.cast.flush());
        done.map_err(|error| evidence_problem(&self.folder, &error))
    }

    /// Ends the recording; says what is not in it.
    pub(crate) fn finish(mut self) -> Result<LeftOut, Problem> {
        let tail = &self.tail[self.tail.len().saturating_sub(TAIL)..];
        let left_out = LeftOut {
            bytes: self.bytes - self.written - tail.len() as u64,
            lines: self.later_lines - line_feeds(tail),
        };
        let done = self.finish_log(left_out.bytes).and_then(|()| self.finish_cast());
        done.map(|()| left_out).map_err(|error| evidence_problem(&self.folder, &error))
    }

    fn finish_log(&mut self, left_out: u64) -> io::Result<()> {
        let from = self.tail.len().saturating_sub(TAIL);
        if left_out > 0 {
            writeln!(self.log, "\n[bootgate: {left_out} bytes of console were left out here]")?;
        }
        self.log.write_all(&self.tail[from..])?;
        self.log.flush()
    }

    fn finish_cast(&mut self) -> io::Result<()> {
        if !self.partial.is_empty() {
            let text = String::from_utf8_lossy(&self.partial).into_owned();
            self.write_event(&text)?;
        }
        self.cast.flush()
    }

    fn write_head(&mut self, at: Duration, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.log.write_all(bytes)?;
        self.last = at;
        let text = self.decode(bytes);
        self.write_event(&text)
    }

    fn write_event(&mut self, text: &str) -> io::Result<()> {
        let event = json!([self.last.as_secs_f64(), "o", text]);
        writeln!(self.cast, "{event}")
    }

    /// Text for the recording: a character that was cut in two is put together, and what is none is replaced.
    fn decode(&mut self, bytes: &[u8]) -> String {
        self.partial.extend_from_slice(bytes);
        let end = complete(&self.partial);
        let rest = self.partial.split_off(end);
        let text = String::from_utf8_lossy(&self.partial).into_owned();
        self.partial = rest;
        text
    }

    fn keep_tail(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }
}

/// Where the character that is not complete at the end begins, or the end.
fn complete(bytes: &[u8]) -> usize {
    let begins = |&at: &usize| {
        let rest = str::from_utf8(&bytes[at..]);
        rest.is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    (bytes.len().saturating_sub(3)..bytes.len()).find(begins).unwrap_or(bytes.len())
}

fn line_feeds(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// Why evidence could not be written, and what to do.
pub(crate) fn evidence_problem(folder: &Path, error: &io::Error) -> Problem {
    Problem::infrastructure(format!("cannot write the evidence in `{}`: {error}", folder.display()))
        .hint("free some space there, or name another folder with `--evidence-path`")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cutting_a_console_changes_no_character_of_it(bytes: Vec<u8>, text: String, cut: usize) {
            let whole = [bytes, text.into_bytes()].concat();
            let (first, second) = whole.split_at(cut % (whole.len() + 1));
            let end = complete(first);
            let (first, rest) = (&first[..end], [&first[end..], second].concat());
            prop_assert_eq!(
                String::from_utf8_lossy(first) + String::from_utf8_lossy(&rest),
                String::from_utf8_lossy(&whole)
            );
        }
    }

    #[test]
    fn what_can_be_no_character_waits_for_nothing() {
        assert_eq!(complete(b"a\xff\n"), 3);
        assert_eq!(complete(b"\xf0\n"), 2);
        assert_eq!(complete(b"a\xf0\x9f"), 1);
    }
}
