use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"Kernel panic(?: - not syncing)?: (?<why>.*)|(?<halt>sysrq: .*Trigger a crash)",
    title: "kernel panic: {why}{halt}",
    about: "The kernel gave up.",
};
