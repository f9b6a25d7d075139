//! A rule's regular expression, checked when it is made.

use std::fmt;

use regex_automata::MatchKind;
use regex_automata::hybrid::dfa::DFA;
use regex_automata::meta::{BuildError, Regex};
use regex_automata::nfa::thompson::{self, WhichCaptures, pikevm::PikeVM};
use regex_automata::util::syntax;
use regex_syntax::hir::Hir;

use crate::trim::trimmed;

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
        let regex = compile(&text).map_err(|error| PatternError(reason(&error)))?;
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

    /// The first of these lines, without line breaks, that it matches. For checks, not for consoles.
    pub fn first_match<'l>(&self, lines: impl IntoIterator<Item = &'l str>) -> Option<&'l str> {
        let regex = compile(&self.0).ok()?;
        lines.into_iter().find(|line| regex.is_match(*line))
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
const CACHE_CAPACITY: usize = 16 << 20;

/// One pattern, of two alternatives in which the first counts. Bytes that are not UTF-8 may match; `^` and `$` are the
/// line's ends.
pub(crate) fn compile(pattern: &str) -> Result<Regex, Box<BuildError>> {
    let config = Regex::config().utf8_empty(false).nfa_size_limit(Some(NFA_LIMIT));
    Regex::builder().syntax(as_lines()).configure(config).build(pattern).map_err(Box::new)
}

/// Many patterns as one automaton.
pub(crate) struct Compiled {
    pub(crate) dfa: DFA,
    /// The same, slow and without lines that it cannot decide on.
    pub(crate) vm: PikeVM,
    /// Whether it can read many lines at once: no pattern asks for the ends of the text rather than those of its line.
    pub(crate) reads_blocks: bool,
}

/// Makes one automaton of many patterns, which says which of them match a line.
pub(crate) fn compile_all(patterns: &[&str]) -> Result<Compiled, String> {
    let parsed =
        syntax::parse_many_with(patterns, &as_lines()).map_err(|error| error.to_string())?;
    let trimmed: Vec<Hir> = parsed.iter().map(trimmed).collect();
    let mut looks = trimmed.iter().map(|pattern| pattern.properties().look_set());
    let reads_blocks =
        !looks.any(|look| look.contains_anchor_haystack() || look.contains_anchor_lf());
    let config = thompson::NFA::config()
        .utf8(false)
        .which_captures(WhichCaptures::None)
        .nfa_size_limit(Some(NFA_LIMIT));
    let nfa = thompson::Compiler::new().configure(config).build_many_from_hir(&trimmed);
    let nfa = nfa.map_err(|error| error.to_string())?;
    let config = PikeVM::config().match_kind(MatchKind::All);
    let vm = PikeVM::builder().configure(config).build_from_nfa(nfa.clone());
    let config = DFA::config()
        .match_kind(MatchKind::All)
        .unicode_word_boundary(true)
        .cache_capacity(CACHE_CAPACITY);
    let dfa = DFA::builder().configure(config).build_from_nfa(nfa);
    Ok(Compiled {
        dfa: dfa.map_err(|error| error.to_string())?,
        vm: vm.map_err(|error| error.to_string())?,
        reads_blocks,
    })
}

/// A line may end in `\n` or in `\r\n`.
fn as_lines() -> syntax::Config {
    syntax::Config::new().utf8(false).multi_line(true).crlf(true)
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
