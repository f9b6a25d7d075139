use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "bsd-debugger",
    kind: "debugger",
    severity: Fatal,
    pattern: r"^Stopped (?:in pid \S+ )?at +\S+|^db\{\d+\}>|^ddb(?:\{\d+\})?>|witness: userret: returning with the following locks held|lock order reversal:",
    title: "the kernel debugger was entered",
    about: "A BSD kernel stopped in its debugger, or its lock validator spoke.",
};
