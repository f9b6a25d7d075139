use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-lockdep",
    kind: "lockdep",
    severity: Suspicious,
    pattern: r"(?:WARNING|INFO|BUG): (?<what>possible circular locking dependency detected|possible recursive locking detected|possible irq lock inversion dependency detected|inconsistent lock state|suspicious RCU usage|bad unlock balance detected|held lock freed|lock held when returning to user space|\S+ (?:still has locks held|leaked lock)|Nested lock was not taken|Invalid wait context|trying to register non-static key|.{3,30}-safe -> .{3,30}-unsafe lock order detected)|(?<old>possible (?:circular locking dependency|recursive locking|irq lock inversion|deadlock)|inconsistent (?:\{\S+\} ->|lock state)|suspicious RCU usage|suspicious rcu_dereference_check\(\) usage|trying to register non-static key|bad (?:unlock|contention) balance detected|held lock freed|lock held (?:when returning|at task exit)|(?:has|have|still) (?:\d+ )?locks held|[Nn]ested lock was not taken|Invalid wait context|-unsafe lock order detected)",
    title: "lockdep: {what}{old}",
    about: "The lock validator saw an order or a state that can deadlock.",
};
