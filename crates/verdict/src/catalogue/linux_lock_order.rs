use super::{Rule, Severity::Suspicious};
use crate::{Blame, Excerpt};

pub(super) const RULE: Rule = Rule {
    name: "linux-lock-order",
    kind: "lockdep",
    severity: Suspicious,
    pattern: "-unsafe lock order detected",
    title: "possible deadlock in {frame}|possible deadlock",
    blame: Blame::Trace,
    excerpt: Excerpt::TRACE,
    about: "A lock that interrupts take is held while one is taken that interrupts may wait for.",
    advice: "Disable interrupts where the second lock is taken, or take it before the first.",
    ..Rule::LINUX
};
