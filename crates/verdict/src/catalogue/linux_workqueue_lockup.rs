use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-workqueue-lockup",
    kind: "workqueue-lockup",
    severity: Fatal,
    pattern: r"BUG: workqueue lockup - pool",
    title: "BUG: workqueue lockup",
    about: "A work queue made no progress.",
};
