use super::{Rule, Severity::Note};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-allocation",
    kind: "oom",
    severity: Note,
    pattern: "page allocation failure: order:|page allocation stalls for",
    title: "page allocation failure",
    excerpt: Excerpt::TRACE,
    about: "The kernel got no memory for a request, and went on.",
    advice: "Harmless for a caller that can do without; else give the guest more memory.",
    ..Rule::LINUX
};
