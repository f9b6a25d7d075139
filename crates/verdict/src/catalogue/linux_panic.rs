use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"Kernel panic(?: - not syncing)?: (?<why>Attempted to kill (?:init|the idle task)!|[^\r\n]*)",
    title: "kernel panic: {why}",
    about: "The kernel gave up.",
    advice: "The title says why. Without an init look at the command line and the root file system.",
    ..Rule::LINUX
};
