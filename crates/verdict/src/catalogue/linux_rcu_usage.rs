use super::{Rule, Severity::Suspicious};
use crate::{Blame, Excerpt};

pub(super) const RULE: Rule = Rule {
    name: "linux-rcu-usage",
    kind: "lockdep",
    severity: Suspicious,
    pattern: r"suspicious (?:RCU usage|rcu_dereference(?:_protected)?_check\(\) usage|rcu_dereference_check\(\) usage)",
    title: "WARNING: suspicious RCU usage in {frame}|WARNING: suspicious RCU usage",
    blame: Blame::Trace,
    excerpt: Excerpt::TRACE,
    about: "Something that read-copy-update protects was read without its lock.",
    advice: "Hold `rcu_read_lock()`, or the lock that the message names, in the title's function.",
    ..Rule::LINUX
};
