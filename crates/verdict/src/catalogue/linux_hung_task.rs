use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-hung-task",
    kind: "hung-task",
    severity: Fatal,
    pattern: r"INFO: task .{1,40} (?:blocked (?:in I/O wait )?|can.t die )for more than \d+ seconds|INFO: task hung",
    title: "INFO: task hung",
    about: "A task slept uninterruptibly for too long.",
};
