use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-kfence",
    kind: "kfence",
    severity: Fatal,
    pattern: r"BUG: KFENCE: (?<what>[\w -]+?)(?: in |$)",
    title: "KFENCE: {what} in {frame}|KFENCE: {what}",
    about: "A sampled allocation was used wrongly.",
    advice: "The stacks of the access, the allocation and the free follow; a build with KASAN finds it every time.",
    ..Rule::LINUX
};
