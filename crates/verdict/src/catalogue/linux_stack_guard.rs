use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-stack-guard",
    kind: "stack",
    severity: Fatal,
    pattern: r"BUG: (?:\w+ )?stack guard page was hit|(?:kernel|Kernel|IRQ|task) stack overflow|Insufficient stack space to handle exception",
    title: "BUG: stack guard page was hit in {frame}|BUG: stack guard page was hit",
    about: "A kernel stack ran into the page that guards it.",
    advice: "Look for deep recursion or large local variables below the title's function.",
    ..Rule::LINUX
};
