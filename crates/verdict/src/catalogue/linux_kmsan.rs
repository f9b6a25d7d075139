use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-kmsan",
    kind: "kmsan",
    severity: Fatal,
    pattern: r"BUG: KMSAN: (?<what>[\w-]+) in (?<place>[\w.$]+)",
    title: "KMSAN: {what} in {place}",
    about: "The kernel memory sanitizer saw an uninitialised value used.",
};
