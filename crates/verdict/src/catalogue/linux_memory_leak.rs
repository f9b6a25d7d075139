use super::{Rule, Severity::Suspicious};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-memory-leak",
    kind: "memory-leak",
    severity: Suspicious,
    pattern: r"BUG: memory leak|kmemleak: \d+ new suspected memory leaks",
    title: "memory leak in {frame}|memory leak",
    excerpt: Excerpt::TRACE,
    about: "Allocated memory that nothing points to.",
    advice: "The backtrace shows who allocated it; look for the path that forgets to free it.",
    ..Rule::LINUX
};
