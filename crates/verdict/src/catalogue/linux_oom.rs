use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-oom",
    kind: "oom",
    severity: Fatal,
    pattern: "(?<why>Out of memory(?: and no killable processes|: system-wide panic_on_oom)|System is deadlocked on memory|panic_on_oom is (?:enabled|selected))",
    title: "kernel panic: {why}",
    excerpt: Excerpt::TRACE,
    about: "Memory ran out and no process could be killed for it.",
    advice: "Give the guest more memory, or look in the table of tasks for who took it.",
    ..Rule::LINUX
};
