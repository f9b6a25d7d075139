use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-oom",
    kind: "oom",
    severity: Fatal,
    pattern: r"Out of memory(?: and no killable processes|: system-wide panic_on_oom)|System is deadlocked on memory|panic_on_oom is (?:enabled|selected)",
    title: "out of memory with nothing to kill",
    about: "Memory ran out and no process could be killed for it.",
};
