//! When each line of a console ended, read from its recording.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

use crate::clocks::millis;

/// The times of a recording's lines, asked for in order.
pub(crate) struct Times {
    cast: BufReader<File>,
    event: String,
    /// How many lines have ended by the time `at_ms`.
    ended: u64,
    at_ms: u64,
}

impl Times {
    /// Opens `console.cast`.
    pub(crate) fn open(cast: &Path) -> io::Result<Times> {
        let cast = BufReader::new(File::open(cast)?);
        Ok(Times { cast, event: String::new(), ended: 0, at_ms: 0 })
    }

    /// When this line ended, in milliseconds since the start of the machine, or when the last came of one that never did.
    /// Nothing for a line that was not recorded with its time.
    pub(crate) fn of(&mut self, line: u64) -> io::Result<Option<u64>> {
        while self.ended < line && self.next()? {}
        Ok((self.ended + 1 >= line).then_some(self.at_ms))
    }

    /// Reads on, by one event; `false` when there is none.
    fn next(&mut self) -> io::Result<bool> {
        self.event.clear();
        let read = self.cast.read_line(&mut self.event)?;
        // The head is no event.
        if let Ok((at, _, text)) = serde_json::from_str::<(f64, String, String)>(&self.event) {
            self.at_ms = Duration::try_from_secs_f64(at).map_or(self.at_ms, millis);
            self.ended += text.matches('\n').count() as u64;
        }
        Ok(read > 0)
    }
}
