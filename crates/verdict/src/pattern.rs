//! A rule's regular expression, checked when it is made.

use std::fmt;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

/// A regular expression over one line of console, as bytes: it need not be UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Checks `text`.
    ///
    /// # Errors
    /// It is no regular expression, is too large, or could never match because it wants a line break.
    pub fn new(text: impl Into<String>) -> Result<Pattern, PatternError> {
        let text = text.into();
        if text.contains('\n') || text.contains("\\n") {
            return Err(PatternError("a rule matches one line, so `\\n` in it can never match".into()));
        }
        compile(&text).map(|_| Pattern(text)).map_err(PatternError)
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

fn compile(text: &str) -> Result<Regex, String> {
    let builder = &mut Regex::builder();
    builder.syntax(syntax()).configure(Regex::config().nfa_size_limit(Some(NFA_LIMIT)));
    builder.build(text).map_err(|error| error.to_string())
}

/// What one user pattern may cost in memory.
const NFA_LIMIT: usize = 1 << 20;

/// How patterns are read: bytes that are not UTF-8 may match, `^` and `$` are the line's ends.
pub(crate) fn syntax() -> syntax::Config {
    syntax::Config::new().utf8(false).multi_line(true)
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
