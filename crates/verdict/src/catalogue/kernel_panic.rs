use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "kernel-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"(?:^|\] )\[?(?:KERNEL PANIC|Kernel panic|kernel panic|PANIC)\]?(?: in \S+)?(?:(?::|!+| -) ?(?<why>.*))?$",
    title: "kernel panic: {why}|kernel panic",
    excerpt: Excerpt::TRACE,
    about: "A kernel that says so in no form of its own gave up.",
    advice: "Read what it says before and after.",
    ..Rule::LINUX
};
