//! A rule's regular expression, checked when it is made.

use std::fmt;

use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::util::syntax;

/// A regular expression over one line of console, as bytes: it need not be UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Checks `text`.
    ///
    /// # Errors
    /// It is no regular expression, is too large, matches nothing or everything, or wants a line break.
    pub fn new(text: impl Into<String>) -> Result<Pattern, PatternError> {
        let text = text.into();
        if text.contains('\n') || text.contains(r"\n") {
            return Err(PatternError(
                r"a rule matches one line, so `\n` in it can never match".into(),
            ));
        }
        let regex = compile(&[&text]).map_err(|error| PatternError(reason(&error)))?;
        if regex.is_match(b"") && !text.is_empty() && !anchored_at_both_ends(&text) {
            return Err(PatternError("it matches the empty line, and so every line".into()));
        }
        if text.is_empty() {
            return Err(PatternError("it is empty, and so would match every line".into()));
        }
        Ok(Pattern(text))
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it asks for a prompt: a line that ends in a blank and waits for input, such as `login: $`.
    pub fn is_prompt(&self) -> bool {
        self.0.ends_with(" $")
    }
}

fn anchored_at_both_ends(text: &str) -> bool {
    text.trim_start_matches("(?m)").starts_with('^') && text.ends_with('$')
}

/// What all rules together may cost in memory, in bytes.
const NFA_LIMIT: usize = 16 << 20;

/// Room for the lazily built automaton, in bytes.
const CACHE_CAPACITY: usize = 8 << 20;

/// One pattern of our own that tells what its groups caught: of two alternatives the first counts.
pub(crate) fn capturing(pattern: &str) -> Result<Regex, Box<BuildError>> {
    let syntax = syntax::Config::new().utf8(false).multi_line(true);
    Regex::builder().syntax(syntax).build(pattern).map_err(Box::new)
}

/// Many patterns as one automaton. Bytes that are not UTF-8 may match; `^` and `$` are the line's ends.
pub(crate) fn compile(patterns: &[&str]) -> Result<Regex, Box<BuildError>> {
    let syntax = syntax::Config::new().utf8(false).multi_line(true);
    let config = Config::new()
        .match_kind(regex_automata::MatchKind::All)
        .utf8_empty(false)
        .nfa_size_limit(Some(NFA_LIMIT))
        .hybrid_cache_capacity(CACHE_CAPACITY);
    Regex::builder().syntax(syntax).configure(config).build_many(patterns).map_err(Box::new)
}

fn reason(error: &BuildError) -> String {
    match error.syntax_error() {
        Some(syntax) => syntax
            .to_string()
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .into(),
        None => error.to_string(),
    }
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError(String);

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PatternError {}
