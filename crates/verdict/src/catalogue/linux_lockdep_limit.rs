use super::{Rule, Severity::Suspicious};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-lockdep-limit",
    kind: "lockdep",
    severity: Suspicious,
    pattern: r"BUG: (?<what>MAX_(?:STACK_TRACE_ENTRIES|LOCK\w+) too low!?)",
    title: "BUG: {what}",
    excerpt: Excerpt::MESSAGE,
    about: "The lock validator ran out of room and is off from here.",
    advice: "Raise `CONFIG_LOCKDEP_BITS` and its kin; until then deadlocks are not seen.",
    ..Rule::LINUX
};
