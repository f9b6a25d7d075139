use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "zephyr-fatal",
    kind: "panic",
    severity: Fatal,
    pattern: r"ZEPHYR FATAL ERROR \d*:? ?(?<what>[\w ]+?)(?: on CPU \d+)?\r?$|\*{4,5} (?<fault>(?:MPU|BUS|USAGE|HARD|Mem Manage|Bus|Usage|Hard|Reserved Exception|SecureFault) ?(?:FAULT|Fault|fault)?) \*{4,5}",
    title: "ZEPHYR FATAL ERROR: {what}|ZEPHYR: {fault}",
    excerpt: Excerpt::MESSAGE,
    about: "Zephyr's kernel met a fault and stopped the thread or itself.",
    advice: "The registers stand before the banner; resolve the faulting instruction's address.",
    ..Rule::LINUX
};
