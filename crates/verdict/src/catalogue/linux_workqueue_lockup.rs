use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-workqueue-lockup",
    kind: "workqueue-lockup",
    severity: Fatal,
    pattern: "BUG: workqueue lockup - pool",
    title: "BUG: workqueue lockup",
    excerpt: Excerpt::TRACE,
    about: "A work queue made no progress.",
    advice: "The pools and what they run are listed below; look for work that never ends.",
    ..Rule::LINUX
};
