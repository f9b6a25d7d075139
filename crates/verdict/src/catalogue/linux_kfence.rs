use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-kfence",
    kind: "kfence",
    severity: Fatal,
    pattern: r"BUG: KFENCE: (?<what>[\w -]+?) in (?<place>[\w.$]+)",
    title: "KFENCE: {what} in {place}",
    about: "A sampled allocation was used wrongly.",
};
