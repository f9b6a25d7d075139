use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-lockdep-bug",
    kind: "lockdep",
    severity: Suspicious,
    pattern: r"DEBUG_LOCKS_WARN_ON|BUG: Invalid wait context|WARNING: .{1,40} at kernel/(?:locking/)?(?:lockdep|mutex|rwsem|rtmutex)(?:-debug)?\.c",
    title: "WARNING: locking bug in {frame}|WARNING: locking bug",
    about: "The lock validator found a lock in a state that it cannot be in.",
    advice: "Look for a lock that was freed, or not initialised, while the title's function uses it.",
    ..Rule::LINUX
};
