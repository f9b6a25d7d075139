use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-ubsan",
    kind: "ubsan",
    severity: Suspicious,
    pattern: r"UBS[Aa][Nn]: (?<what>[\w -]+?) in (?<place>\S+)",
    title: "UBSAN: {what} in {place}",
    about: "The undefined-behaviour sanitizer saw one.",
};
