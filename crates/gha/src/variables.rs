//! The runner's files of names and values, and what later steps find in their environment.

use std::path::Path;

use problem::Problem;

use crate::{Runner, random};

impl Runner {
    /// Sets a variable for the later steps of the job. Never give it a value that a guest has a say in.
    ///
    /// # Errors
    /// When the runner would refuse the name, the value holds control characters, or the file cannot be written.
    pub fn set_env(&self, name: &str, value: &str) -> Result<(), Problem> {
        let refused = ["GITHUB_", "RUNNER_"].iter().any(|prefix| name.starts_with(prefix));
        if refused || name == "NODE_OPTIONS" {
            return Err(Problem::user(format!("the runner lets nobody set `{name}`")));
        }
        self.append("GITHUB_ENV", &entry(name, value)?)
    }

    /// Puts a folder before all others in the `PATH` of the later steps. Never one that a guest can write.
    ///
    /// # Errors
    /// When the path is not absolute or cannot be written as one line, or the file cannot be written.
    pub fn add_path(&self, folder: &Path) -> Result<(), Problem> {
        match folder.to_str().filter(|path| !path.contains(char::is_control)) {
            Some(path) if folder.is_absolute() => self.append("GITHUB_PATH", &format!("{path}\n")),
            _ => Err(Problem::user(format!("`{}` cannot be added to the path", folder.display()))
                .hint("give an absolute path without control characters")),
        }
    }
}

/// A name and a value between delimiters that the value cannot have guessed.
pub(crate) fn entry(name: &str, value: &str) -> Result<String, Problem> {
    let word = random::word().map_err(|error| Problem::infrastructure(error.to_string()))?;
    delimited(name, value, &format!("bootgate_{word}"))
}

fn delimited(name: &str, value: &str, delimiter: &str) -> Result<String, Problem> {
    let of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || !name.chars().all(of_name) {
        return Err(Problem::user(format!("`{}` is no name", name.escape_default())));
    }
    if name.contains(delimiter) || value.contains(delimiter) {
        return Err(Problem::infrastructure(format!(
            "the value of `{name}` holds its own delimiter"
        )));
    }
    match value.chars().find(|&c| c != '\n' && (c.is_control() || crate::visible::ends_line(c))) {
        Some(c) => Err(Problem::user(format!(
            "the value of `{name}` holds the control character `{}`",
            c.escape_default()
        ))),
        None => Ok(format!("{name}<<{delimiter}\n{value}\n{delimiter}\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_holds_its_delimiter_is_refused() {
        assert_eq!(delimited("a", "b\nc", "EOF").unwrap(), "a<<EOF\nb\nc\nEOF\n");
        assert!(delimited("a", "b\nEOF\nevil<<EOF", "EOF").is_err());
        assert!(delimited("aEOF", "b", "EOF").is_err());
    }

    #[test]
    fn a_name_that_would_end_its_line_is_refused() {
        for name in ["", "a\nb", "a<<b", "a=b", "a b"] {
            assert!(entry(name, "x").is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_value_with_control_characters_is_refused() {
        for value in ["a\rb", "\x1b[31m", "nul\0", "a\u{85}b", "a\u{2028}b"] {
            assert!(entry("name", value).is_err(), "{value:?}");
        }
    }
}
