use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-warning",
    kind: "warning",
    severity: Suspicious,
    pattern: r"WARNING: (?:CPU: \d+ )?(?:PID: \d+ )?at (?<place>\S+)|WARNING: (?<new>[\w./-]+\.[chS]:\d+) at |WARNING: [\w./-]+\.[chS]:\d+ ",
    title: "WARNING in {frame}|WARNING at {place}{new}",
    about: "The kernel saw something that must not be, and went on.",
    advice: "Read the check at the line of source that the message names.",
    ..Rule::LINUX
};
