use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "sel4-fail",
    kind: "panic",
    severity: Fatal,
    pattern: r"^seL4 called fail at (?<fail>[^\s:,]+)|^seL4 failed assertion (?<what>.+?) at |^KERNEL (?<abort>DATA|PREFETCH) ABORT|^seL4 root server abort|seL4 root server .*abort",
    title: "seL4 called fail at {fail}|seL4 failed assertion {what}|seL4: kernel {abort} abort|seL4: root server aborted",
    excerpt: Excerpt::MESSAGE,
    about: "The seL4 kernel, or its root server, gave up.",
    advice: "Read the assertion at the place that the message names.",
    ..Rule::LINUX
};
