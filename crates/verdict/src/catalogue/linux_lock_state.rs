use super::{Rule, Severity::Suspicious};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-lock-state",
    kind: "lockdep",
    severity: Suspicious,
    pattern: r"(?:WARNING|INFO): inconsistent lock state|inconsistent \{\S+\} -> |\] inconsistent lock state",
    title: "inconsistent lock state in {frame}|inconsistent lock state",
    excerpt: Excerpt::TRACE,
    about: "A lock is taken both with interrupts on and in an interrupt.",
    advice: "Disable interrupts where the title's function takes the lock, or do not take it in the interrupt.",
    ..Rule::LINUX
};
