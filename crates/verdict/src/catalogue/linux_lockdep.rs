use super::{Rule, Severity::Suspicious};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-lockdep",
    kind: "lockdep",
    severity: Suspicious,
    pattern: r"(?<level>WARNING|INFO|BUG): (?:[\w/.:-]+/\d+ )?(?<what>exit with locks held|bad unlock balance|bad contention|held lock freed|(?:still )?has locks held|still have locks held|lock held when returning to user space|lock held at task exit time|leaked lock|nested lock was not taken|Nested lock was not taken|kernel lock held)",
    title: "{level}: {what} in {frame}|BUG: {what} in {frame}|BUG: {what}",
    excerpt: Excerpt::TRACE,
    about: "The lock validator saw a lock given back or kept where that is not allowed.",
    advice: "Look for the path of the title's function that unlocks too often or not at all.",
    ..Rule::LINUX
};
