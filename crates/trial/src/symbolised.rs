//! A report with the functions that the guest's addresses lie in.

use std::path::Path;

use verdict::Verdict;

use crate::Report;

impl Report {
    /// The same with [`Report::frames`] by this ELF file, or a note why there are none. A guest that passed has no faults to
    /// look up, and then the file is not opened.
    #[must_use]
    pub fn symbolised(mut self, symbols: Option<&Path>) -> Report {
        let symbols = symbols.filter(|_| self.verdict != Verdict::Passed);
        let Some(path) = symbols else { return self };
        let lines: Vec<(u64, &str)> =
            self.lines.iter().map(|line| (line.number, line.text.as_str())).collect();
        match symbols::frames(path, &lines) {
            Err(error) => self.notes.push(format!("no symbols from `{}`: {error}", path.display())),
            Ok(frames) => self.frames = frames,
        }
        if !self.frames.is_empty() && self.frames.iter().all(|frame| frame.file.is_none()) {
            self.notes.push(format!("`{}` has no debug information for lines", path.display()));
        }
        self
    }
}
