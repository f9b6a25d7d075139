use super::{Rule, Severity::Suspicious};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-lock-key",
    kind: "lockdep",
    severity: Suspicious,
    pattern: "trying to register non-static key",
    title: "INFO: trying to register non-static key in {frame}|INFO: trying to register non-static key",
    excerpt: Excerpt::TRACE,
    about: "A lock was used that nobody initialised.",
    advice: "Initialise the lock before the title's function, or do not tear it down twice.",
    ..Rule::LINUX
};
