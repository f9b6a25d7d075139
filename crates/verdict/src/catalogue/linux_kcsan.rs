use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-kcsan",
    kind: "kcsan",
    severity: Suspicious,
    pattern: r"BUG: KCSAN: (?<what>[\w: -]+?) in (?<one>[\w.$]+)(?:\+\S+)?(?: / (?<two>[\w.$]+))?",
    title: "KCSAN: {what} in {one} / {two}|KCSAN: {what} in {one}",
    about: "The kernel concurrency sanitizer saw a data race.",
    advice: "Mark the accesses or lock them; allow the line where the race is known to be harmless.",
    ..Rule::LINUX
};
