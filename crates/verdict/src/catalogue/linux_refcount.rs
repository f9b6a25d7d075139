use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-refcount",
    kind: "refcount",
    severity: Suspicious,
    pattern: r"WARNING: .*lib/refcount\.c|refcount_t: (?:saturated|underflow|addition on 0|increment on 0|decrement hit 0|hit zero|overflow)",
    title: "WARNING: refcount bug in {frame}|WARNING: refcount bug",
    about: "A reference counter went below zero or above all bounds.",
    advice: "Look for a put too many, or a get too few, around the title's function.",
    ..Rule::LINUX
};
