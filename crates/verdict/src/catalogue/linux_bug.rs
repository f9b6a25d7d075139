use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-bug",
    kind: "bug",
    severity: Fatal,
    pattern: r"kernel BUG at (?<place>[^\s!]+)|kernel BUG in (?<function>\w+)",
    title: "kernel BUG at {place}{function}",
    about: "The kernel's own assertion failed.",
};
