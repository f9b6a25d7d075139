use super::{Rule, Severity::Suspicious};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-deadlock",
    kind: "lockdep",
    severity: Suspicious,
    pattern: r"(?:WARNING: |INFO: |BUG: |\] |^)(?:possible (?:circular locking dependency|recursive locking|irq lock inversion dependency|deadlock) ?(?:detected|in)?)",
    title: "possible deadlock in {frame}|possible deadlock",
    excerpt: Excerpt::TRACE,
    about: "The lock validator saw locks taken in an order that can deadlock.",
    advice: "The two chains of locks follow; take them in one order everywhere.",
    ..Rule::LINUX
};
