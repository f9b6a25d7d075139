use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-kcsan",
    kind: "kcsan",
    severity: Suspicious,
    pattern: r"BUG: KCSAN: (?<what>[\w: -]+?) in (?<place>.+)",
    title: "KCSAN: {what} in {place}",
    about: "The kernel concurrency sanitizer saw a data race.",
};
