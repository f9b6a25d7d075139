use super::{Rule, Severity::Fatal};
use crate::Blame;

pub(super) const RULE: Rule = Rule {
    name: "linux-soft-lockup",
    kind: "soft-lockup",
    severity: Fatal,
    pattern: r"BUG: soft lockup[ -]+CPU#\d+ stuck for \d+s",
    title: "BUG: soft lockup in {frame}|BUG: soft lockup",
    blame: Blame::Entry,
    about: "A processor stayed in the kernel without scheduling.",
    advice: "Look for a loop without an end or without `cond_resched()` below the title's function; on a slow host allow more time.",
    ..Rule::LINUX
};
