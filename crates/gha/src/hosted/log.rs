//! What a step prints, for a terminal: its commands are done, and its secrets are hidden.

use std::io::{self, BufRead, Read, Write};
use std::sync::{Mutex, PoisonError};

use anstyle::{AnsiColor, Style};

use crate::mask;

const BOLD: Style = Style::new().bold();

/// What is shown in the place of a secret.
const HIDDEN: &str = "***";

/// A longer line is read in pieces of this many bytes.
const LONGEST: u64 = 1 << 20;

/// The log of a job, with what was masked in it so far.
pub struct Log {
    out: Box<dyn Write + Send>,
    masks: Vec<String>,
    /// The word that resumes commands, where a step has stopped them.
    stopped: Option<String>,
}

impl Log {
    /// Nothing masked yet.
    pub fn new(out: Box<dyn Write + Send>) -> Log {
        Log { out, masks: Vec::new(), stopped: None }
    }

    /// Hides a secret from now on, in all forms that it may take.
    pub fn hide(&mut self, secret: &str) {
        for command in mask(secret).lines() {
            self.line(command);
        }
    }

    /// A line of our own, between those of steps.
    pub fn say(&mut self, text: &str) {
        self.write(text);
    }

    /// Shows all that a step prints, line by line, until its end.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn follow(log: &Mutex<Log>, mut from: impl BufRead) -> io::Result<()> {
        let locked = || log.lock().unwrap_or_else(PoisonError::into_inner);
        locked().stopped = None;
        let (mut line, mut continues) = (Vec::new(), false);
        while (&mut from).take(LONGEST).read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            let text = text.strip_suffix('\n').unwrap_or(&text);
            if continues {
                locked().write(text)
            } else {
                locked().line(text)
            }
            continues = line.last() != Some(&b'\n');
            line.clear();
        }
        Ok(())
    }

    fn line(&mut self, line: &str) {
        let Some((name, properties, data)) = command(line) else { return self.write(line) };
        if let Some(token) = &self.stopped {
            if name.eq_ignore_ascii_case(token) {
                self.stopped = None;
            } else {
                self.write(line);
            }
            return;
        }
        match name.to_lowercase().as_str() {
            "add-mask" => self.mask(&data),
            "stop-commands" => self.stopped = Some(data),
            "error" => self.annotate(AnsiColor::Red, "error", properties, &data),
            "warning" => self.annotate(AnsiColor::Yellow, "warning", properties, &data),
            "notice" => self.annotate(AnsiColor::Cyan, "notice", properties, &data),
            "group" => self.write(&format!("{BOLD}{data}{BOLD:#}")),
            "set-output" | "save-state" | "set-env" | "add-path" => {
                let wrong = format!(
                    "the command `{name}` does nothing: write into the runner's files instead"
                );
                self.annotate(AnsiColor::Yellow, "warning", "", &wrong);
            }
            "endgroup" | "debug" | "echo" | "add-matcher" | "remove-matcher" => {}
            _ => self.write(line),
        }
    }

    fn annotate(&mut self, colour: AnsiColor, level: &str, properties: &str, data: &str) {
        let property = |wanted: &str| {
            let pairs = properties.split(',').filter_map(|pair| pair.trim().split_once('='));
            pairs
                .filter(|(name, _)| *name == wanted)
                .map(|(_, value)| unescape(value, &[("%3A", ":"), ("%2C", ",")]))
                .next()
        };
        let style = colour.on_default().bold();
        let place = property("file").map(|file| match property("line") {
            Some(line) => format!("{file}:{line}: "),
            None => format!("{file}: "),
        });
        let title = property("title").map(|title| format!("{title}: "));
        let (place, title) = (place.unwrap_or_default(), title.unwrap_or_default());
        self.write(&format!("{style}{level}{style:#}: {place}{title}{data}"));
    }

    fn mask(&mut self, secret: &str) {
        if !secret.trim().is_empty() && !self.masks.iter().any(|mask| mask == secret) {
            self.masks.push(secret.to_owned());
            // A secret that is a part of another must not leave the rest of that one visible.
            self.masks.sort_by_key(|mask| std::cmp::Reverse(mask.len()));
        }
    }

    /// A text without what is to be hidden.
    pub fn hidden(&self, text: &str) -> String {
        self.masks.iter().fold(text.to_owned(), |text, mask| text.replace(mask.as_str(), HIDDEN))
    }

    fn write(&mut self, text: &str) {
        let shown = self.hidden(text);
        // Whoever closed our output does not want to read it.
        let _closed = writeln!(self.out, "{shown}");
    }
}

/// Name, properties and data of a workflow command.
fn command(line: &str) -> Option<(&str, &str, String)> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    (!name.is_empty()).then(|| (name, properties, unescape(data, &[])))
}

/// `%25` last, so that what was escaped twice is unescaped once.
fn unescape(text: &str, also: &[(&str, &str)]) -> String {
    let marks = [("%0D", "\r"), ("%0A", "\n")];
    let marks = marks.iter().chain(also).chain(&[("%25", "%")]);
    marks.fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
