use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-memory-leak",
    kind: "memory-leak",
    severity: Suspicious,
    pattern: r"BUG: memory leak|kmemleak: \d+ new suspected memory leaks",
    title: "memory leak",
    about: "Allocated memory that nothing points to.",
};
