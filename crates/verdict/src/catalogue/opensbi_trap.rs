use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "opensbi-trap",
    kind: "firmware",
    severity: Fatal,
    pattern: r"sbi_trap_error: hart\d+: (?:trap\d+: )?(?<what>.+?) \(error|sbi_trap_error: hart\d+|^sbi_ecall_\w+: Invalid|hart\d+: sbi_\w+: .*failed, hanging",
    title: "opensbi: {what}|opensbi: trap",
    excerpt: Excerpt::MESSAGE,
    about: "RISC-V machine-mode firmware met a trap that it cannot handle.",
    advice: "`mepc` and `mtval` below tell where and what.",
    ..Rule::LINUX
};
