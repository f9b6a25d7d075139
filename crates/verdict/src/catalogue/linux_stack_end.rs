use super::{Rule, Severity::Fatal};
use crate::Blame;

pub(super) const RULE: Rule = Rule {
    name: "linux-stack-end",
    kind: "stack",
    severity: Fatal,
    pattern: "corrupted stack end detected",
    title: "kernel panic: corrupted stack end in {frame}|kernel panic: corrupted stack end",
    blame: Blame::Entry,
    about: "A kernel stack was overrun to its very end.",
    advice: "Look for deep recursion or large local variables below the title's function.",
    ..Rule::LINUX
};
