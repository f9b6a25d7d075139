use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-hung-task",
    kind: "hung-task",
    severity: Fatal,
    pattern: r"INFO: task .+ (?:blocked (?:in I/O wait )?|(?<die>can.t die )|(?:is )?blocked on .+ )for more than \d+ seconds|INFO: task hung",
    title: "INFO: task {die} in {frame}|INFO: task hung in {frame}|INFO: task hung",
    about: "A task slept uninterruptibly for too long.",
    advice: "The title's function waits; look who should wake it, or holds the lock it wants.",
    ..Rule::LINUX
};
