use super::{Rule, Severity::Suspicious};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-lock-key",
    kind: "lockdep",
    severity: Suspicious,
    pattern: r"(?<info>trying to register non-static key)|BUG: (?<key>key [0-9a-fx]+ (?:not in \.data|has not been registered)|looking up invalid subclass)",
    title: "INFO: {info} in {frame}|INFO: {info}|BUG: {key}",
    excerpt: Excerpt::TRACE,
    about: "A lock was used that nobody initialised.",
    advice: "Initialise the lock before the title's function, or do not tear it down twice.",
    ..Rule::LINUX
};
