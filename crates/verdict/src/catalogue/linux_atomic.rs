use super::{Rule, Severity::Suspicious};
use crate::Blame;

pub(super) const RULE: Rule = Rule {
    name: "linux-atomic",
    kind: "atomic",
    severity: Suspicious,
    pattern: r"BUG: (?<what>scheduling while atomic|sleeping function called from invalid context|using (?<call>\w+(?:\(\))?) in preemptible|workqueue leaked lock or atomic|atomic counter underflow)",
    title: "BUG: using {call} in preemptible code in {frame}|BUG: {what} in {frame}|BUG: {what}",
    detail: Some(r"last function: (?<frame>[\w.]+)"),
    blame: Blame::Trace,
    about: "Something slept, or was left held, where that is not allowed.",
    advice: "Look for a spinlock, or disabled preemption, around the title's function.",
    ..Rule::LINUX
};
