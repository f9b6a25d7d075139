use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-hard-lockup",
    kind: "hard-lockup",
    severity: Fatal,
    pattern: r"Watchdog detected hard LOCKUP|NMI watchdog: .*LOCKUP",
    title: "hard lockup",
    about: "A processor stopped taking interrupts.",
};
