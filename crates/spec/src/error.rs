//! What is wrong with a spec, and where.

use std::fmt;
use std::path::{Path, PathBuf};

use problem::Problem;

/// A mistake in a spec: a lower-case fragment with its place, and the next step as a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The spec, as it was named.
    pub file: PathBuf,
    /// The line, from 1; none when the file could not be read.
    pub line: Option<u32>,
    /// The column in characters, from 1.
    pub column: Option<u32>,
    /// What is wrong, with the value in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Error {
    /// A mistake at a line and a column, both from 1. What others wrote into `message` and `hint` is made printable.
    pub fn at(
        file: &Path,
        (line, column): (u32, u32),
        message: impl Into<String>,
        hint: Option<String>,
    ) -> Error {
        Complaint::new(Place { line, column }, message).hint(hint).in_file(file)
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        for number in self.line.iter().chain(&self.column) {
            write!(f, "{number}:")?;
        }
        write!(f, " {}", self.message)
    }
}

impl std::error::Error for Error {}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        Problem { hint: error.hint.clone(), ..Problem::user(error.to_string()) }
    }
}

/// A line and a column of the file, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Place {
    /// `None` where the parser does not know.
    pub(crate) fn of(location: serde_saphyr::Location) -> Option<Place> {
        let line = u32::try_from(location.line()).ok().filter(|line| *line > 0)?;
        Some(Place { line, column: u32::try_from(location.column()).unwrap_or(1) })
    }
}

/// An [`Error`] that does not know its file yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    place: Option<Place>,
    message: String,
    hint: Option<String>,
}

impl Complaint {
    /// `message` about what stands at `place`.
    pub(crate) fn new(place: impl Into<Option<Place>>, message: impl Into<String>) -> Complaint {
        Complaint { place: place.into(), message: message.into(), hint: None }
    }

    /// The same with the next step.
    #[must_use]
    pub(crate) fn hint(self, hint: impl Into<Option<String>>) -> Complaint {
        Complaint { hint: hint.into(), ..self }
    }

    /// The error for the reader. A spec may be a stranger's: its control characters never reach a terminal.
    pub(crate) fn in_file(self, file: &Path) -> Error {
        Error {
            file: file.to_path_buf(),
            line: self.place.map(|place| place.line),
            column: self.place.map(|place| place.column),
            message: printable(&self.message),
            hint: self.hint.map(|hint| printable(&hint)),
        }
    }
}

fn printable(text: &str) -> String {
    let escape =
        |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

/// `value` in backticks, cut to what fits a line.
pub fn quoted(value: &str) -> String {
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &value[..end]),
        None => format!("`{value}`"),
    }
}

/// How many characters of a wrong value a message repeats.
const LONGEST: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_like_a_compilers() {
        let complaint = Complaint::new(Place { line: 3, column: 5 }, "unknown key `tmeout`");
        assert_eq!(
            complaint.in_file(Path::new("smoke.yaml")).to_string(),
            "smoke.yaml:3:5: unknown key `tmeout`"
        );
    }

    #[test]
    fn an_error_without_a_place_names_only_the_file() {
        let error = Complaint::new(None, "cannot be read").in_file(Path::new("a/b.yaml"));
        assert_eq!(error.to_string(), "a/b.yaml: cannot be read");
    }

    #[test]
    fn control_characters_are_shown_not_sent() {
        let error =
            Complaint::new(None, "a\u{1b}[31mb\n").hint("c\r".to_string()).in_file(Path::new("x"));
        assert_eq!((error.message.as_str(), error.hint()), ("a\\u{1b}[31mb\\n", Some("c\\r")));
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(quoted(&"é".repeat(200)).chars().count(), LONGEST + 3);
    }
}
