use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-kmsan",
    kind: "kmsan",
    severity: Fatal,
    pattern: r"BUG: KMSAN: (?<what>[\w-]+)",
    title: "KMSAN: {what} in {frame}|KMSAN: {what}",
    about: "The kernel memory sanitizer saw an uninitialised value used or given away.",
    advice: "Initialise what the stack below `Uninit was created at` or `stored to memory at` names.",
    ..Rule::LINUX
};
