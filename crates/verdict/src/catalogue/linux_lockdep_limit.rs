use super::{Rule, Severity::Note};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-lockdep-limit",
    kind: "lockdep",
    severity: Note,
    pattern: r"BUG: MAX_(?:STACK_TRACE_ENTRIES|LOCK\w+) too low|BUG: MAX_LOCK",
    title: "lockdep ran out of room",
    excerpt: Excerpt::MESSAGE,
    about: "The lock validator ran out of room and is off from here.",
    advice: "Raise `CONFIG_LOCKDEP_BITS` and its kin; until then deadlocks are not seen.",
    ..Rule::LINUX
};
