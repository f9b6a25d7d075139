use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"Kernel panic(?: - not syncing)?: (?<why>.*)",
    title: "kernel panic: {why}",
    about: "The kernel gave up.",
};
