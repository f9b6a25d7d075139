use super::{Rule, Severity::Note};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-caution",
    kind: "warning",
    severity: Note,
    pattern: r"^(?:<\d>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? WARNING: \S",
    title: "the kernel warns about its state",
    excerpt: Excerpt::MESSAGE,
    about: "The kernel or a driver warns in its own words.",
    advice: "Read it; the machine works on.",
    ..Rule::LINUX
};
