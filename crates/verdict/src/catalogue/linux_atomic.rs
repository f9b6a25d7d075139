use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-atomic",
    kind: "atomic",
    severity: Suspicious,
    pattern: r"BUG: (?<what>scheduling while atomic|sleeping function called from invalid context|using (?:smp_processor_id\(\)|__this_cpu\w*(?:\(\))?) in preemptible|workqueue leaked lock or atomic|spinlock (?:bad magic|lockup suspected|already unlocked|wrong owner|recursion|cpu recursion|trylock failure)|rwlock \w+|mutex \w+|atomic counter)",
    title: "BUG: {what}",
    about: "Something slept, or was left held, where that is not allowed.",
};
