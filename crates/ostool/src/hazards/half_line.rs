//! ostool matches after every byte from 0.24 on: what has arrived of a line is taken for all of it.

use super::{Found, Subject};
use crate::Generation;

pub(super) fn find(subject: &Subject) -> Vec<Found> {
    if subject.generation.is_none_or(|generation| generation < Generation::V0_24) {
        return Vec::new();
    }
    let signs = subject.claims.iter().flat_map(|claim| &claim.signs);
    let open = signs.filter(|sign| asks_for_the_end(&sign.written));
    let found = open.map(|sign| {
        let message = format!("{} is met by half a line: ostool takes the end of what has arrived for the line's", spec::quoted(&sign.written));
        Found::new(sign.place, message, "end the pattern with `\\r?\\n` in place of `$`; bootgate waits for the line's end either way")
    });
    found.collect()
}

/// Whether a pattern's end is an anchor, which holds wherever the text ends so far.
fn asks_for_the_end(pattern: &str) -> bool {
    let open = pattern.trim_end_matches(')');
    let unescaped = |rest: &str| (rest.len() - rest.trim_end_matches('\\').len()).is_multiple_of(2);
    ["$", "\\z"].iter().any(|anchor| open.strip_suffix(anchor).is_some_and(unescaped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_at_the_end_is_told_from_a_dollar() {
        for (pattern, wanted) in [
            (r"(?m)^ok\s*$", true),
            (r"^(ok|fine$)", true),
            (r"ok\z", true),
            (r"root@board:~\$", false),
            (r"ok\\$", true),
            (r"ok\s*\n", false),
            ("ok", false),
        ] {
            assert_eq!(asks_for_the_end(pattern), wanted, "{pattern}");
        }
    }
}
