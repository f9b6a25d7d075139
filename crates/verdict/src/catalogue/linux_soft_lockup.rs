use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-soft-lockup",
    kind: "soft-lockup",
    severity: Fatal,
    pattern: r"BUG: soft lockup[ -]+CPU#\d+ stuck for (?<time>\d+s)",
    title: "BUG: soft lockup",
    about: "A processor stayed in the kernel without scheduling.",
};
