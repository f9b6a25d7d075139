use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-rcu-stall",
    kind: "rcu-stall",
    severity: Fatal,
    pattern: r"INFO: rcu\w* (?:self-)?detected (?:expedited )?stalls?\b",
    title: "INFO: rcu detected stall",
    about: "A processor or task held up read-copy-update.",
};
