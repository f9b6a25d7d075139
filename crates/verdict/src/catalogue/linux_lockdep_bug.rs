use super::{Rule, Severity::Suspicious};
use crate::Blame;

pub(super) const RULE: Rule = Rule {
    name: "linux-lockdep-bug",
    kind: "lockdep",
    severity: Suspicious,
    pattern: r"DEBUG_LOCKS_WARN_ON|BUG: Invalid wait context|WARNING: (?:.+ at )?kernel/(?:locking/)?(?:lockdep|mutex|rwsem|rtmutex)(?:-debug)?\.c",
    title: "WARNING: locking bug in {frame}|WARNING: locking bug",
    blame: Blame::Trace,
    about: "The lock validator found a lock in a state that it cannot be in.",
    advice: "Look for a lock that was freed, or not initialised, while the title's function uses it.",
    ..Rule::LINUX
};
