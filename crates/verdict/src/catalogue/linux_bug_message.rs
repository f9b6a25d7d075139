use super::{Rule, Severity::Suspicious};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-bug-message",
    kind: "bug",
    severity: Suspicious,
    pattern: r"^(?:<\d>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? BUG: (?<what>\S.*)",
    title: "BUG: {what}",
    excerpt: Excerpt::TRACE,
    about: "The kernel found a fault of its own for which there is no rule here yet.",
    advice: "Search the kernel's source for the message.",
    ..Rule::LINUX
};
