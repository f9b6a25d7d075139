//! Patterns without what no match depends on, for whoever only asks which of them match.
//!
//! An automaton over many patterns is small as long as few of them go on once they have matched; `panic: (?<why>.*)` goes on
//! to the end of the line.

use regex_syntax::hir::{Hir, HirKind, Repetition};

/// A pattern that matches where this one does, if not as far: without groups, and with no more repetitions at its ends than
/// it needs.
pub(crate) fn trimmed(pattern: &Hir) -> Hir {
    trim(pattern, true, true)
}

fn trim(hir: &Hir, left: bool, right: bool) -> Hir {
    match hir.kind() {
        HirKind::Capture(capture) => trim(&capture.sub, left, right),
        HirKind::Repetition(it) if left || right => {
            Hir::repetition(Repetition { max: Some(it.min), ..it.clone() })
        }
        HirKind::Concat(parts) => concat(parts, left, right),
        HirKind::Alternation(branches) => {
            Hir::alternation(branches.iter().map(|branch| trim(branch, left, right)).collect())
        }
        _ => hir.clone(),
    }
}

/// Where a part at an end is gone the next one is at the end.
fn concat(mut parts: &[Hir], left: bool, right: bool) -> Hir {
    let (mut before, mut after) = (None, None);
    while let (None, true, [first, rest @ ..]) = (&before, left, parts) {
        before = some(trim(first, true, right && rest.is_empty()));
        parts = rest;
    }
    while let (None, true, [rest @ .., last]) = (&after, right, parts) {
        after = some(trim(last, left && before.is_none() && rest.is_empty(), true));
        parts = rest;
    }
    let inner = parts.iter().map(|part| trim(part, false, false));
    Hir::concat(before.into_iter().chain(inner).chain(after).collect())
}

fn some(hir: Hir) -> Option<Hir> {
    Some(hir).filter(|hir| !matches!(hir.kind(), HirKind::Empty))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_automata::meta::Regex;

    use super::*;
    use crate::catalogue::RULES;

    fn parsed(pattern: &str) -> Hir {
        regex_automata::util::syntax::parse(pattern).expect("a pattern")
    }

    #[test]
    fn only_what_a_match_depends_on_is_left() {
        for (pattern, left) in [
            ("panic: (?<why>.*)", "panic: "),
            (r"a+b\s*c{2,}", "ab\\s*c{2}"),
            ("(?:.*x|y.+z?)", "x|y."),
            ("(?m)^.*a$", "(?m)^.*a$"),
            ("(a*)(b?)c(d*e*)", "c"),
        ] {
            assert_eq!(trimmed(&parsed(pattern)), parsed(left), "{pattern}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn a_trimmed_pattern_matches_the_same_lines(
            rule in 0..RULES.len(),
            line in "[ -~]{0,30}",
            words in prop::collection::vec("[ :/.#\\[\\]a-zA-Z0-9]{1,9}|BUG|panic|kernel|trap|in|at", 0..9),
        ) {
            let pattern = parsed(RULES[rule].pattern);
            let build = |hir: &Hir| Regex::builder().build_from_hir(hir).expect("a pattern");
            let (whole, short) = (build(&pattern), build(&trimmed(&pattern)));
            for text in [line, words.concat(), words.join(" ")] {
                prop_assert_eq!(whole.is_match(&text), short.is_match(&text), "{} {}", RULES[rule].name, text);
            }
        }
    }
}
