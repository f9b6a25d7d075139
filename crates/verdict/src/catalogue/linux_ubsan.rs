use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-ubsan",
    kind: "ubsan",
    severity: Suspicious,
    pattern: r"UBSAN: (?:(?<what>[a-z][\w -]+?)|Undefined behaviour) in (?<place>\S+)",
    title: "UBSAN: {what} in {frame}|UBSAN: undefined-behaviour in {frame}",
    about: "The undefined-behaviour sanitizer saw one.",
    advice: "The line of source is in the message; the values that led there are in the next.",
    ..Rule::LINUX
};
