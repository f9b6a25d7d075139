//! Which tags are meant: globs as in a shell.
//!
//! Globs and not regular expressions: what they match can be seen, a tag's name alone is a pattern of itself, and the one
//! rule for which they are too weak, that of version tags, is built in.

use std::fmt;
use std::str::FromStr;

use globset::{Glob, GlobMatcher};

use crate::version::is_exact_version;

/// Tags with `*` for any text, `?` for any character, `[0-9]` for one of these and `{a,b}` for either. It always means the
/// whole tag.
#[derive(Clone, Debug)]
pub struct Pattern(GlobMatcher);

impl Pattern {
    /// Whether a tag is meant.
    pub fn matches(&self, tag: &str) -> bool {
        self.0.is_match(tag)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.glob().glob())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.0.glob() == other.0.glob()
    }
}

impl Eq for Pattern {}

/// Why a text is no pattern, as a lower-case fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPattern(String);

impl fmt::Display for NotAPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAPattern {}

impl FromStr for Pattern {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Pattern, NotAPattern> {
        if text.is_empty() || text.len() > LONGEST {
            return Err(NotAPattern(format!("a pattern has 1 to {LONGEST} characters")));
        }
        let glob = Glob::new(text).map_err(|error| NotAPattern(error.kind().to_string()))?;
        Ok(Pattern(glob.compile_matcher()))
    }
}

/// Twice the longest tag, in bytes.
const LONGEST: usize = 256;

/// Which tags never move once they exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Immutable {
    /// Versions of at least two numbers: see [`is_exact_version`].
    #[default]
    Versions,
    /// What one of these matches, and nothing else.
    Patterns(Vec<Pattern>),
}

impl Immutable {
    /// Whether this tag never moves.
    pub fn holds(&self, tag: &str) -> bool {
        match self {
            Immutable::Versions => is_exact_version(tag),
            Immutable::Patterns(patterns) => patterns.iter().any(|pattern| pattern.matches(tag)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, tag: &str) -> bool {
        pattern.parse::<Pattern>().unwrap().matches(tag)
    }

    #[test]
    fn a_pattern_means_the_whole_tag() {
        assert!(matches("v[0-9]*", "v1.2.3") && !matches("v[0-9]*", "rev1"));
        assert!(matches("stable", "stable") && !matches("stable", "unstable"));
        assert!(matches("{next,testing}", "next") && matches("sha-???????", "sha-0123abc"));
        assert!(!matches("Stable", "stable"));
        assert_eq!(
            "v[".parse::<Pattern>().unwrap_err().to_string(),
            "unclosed character class; missing ']'"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_a_pattern_or_none(text in ".{0,300}", tag in "[a-z0-9.*-]{0,20}") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert_eq!(pattern.to_string(), text);
                pattern.matches(&tag);
            }
        }
    }
}
