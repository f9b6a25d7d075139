use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-stack-protector",
    kind: "stack",
    severity: Fatal,
    pattern: "[Kk]ernel stack is corrupted in",
    title: "kernel panic: stack is corrupted in {frame}|kernel panic: stack is corrupted",
    about: "A function's own frame was overwritten.",
    advice: "Look for a local array that the title's function writes beyond its end.",
    ..Rule::LINUX
};
