use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-machine-check",
    kind: "hardware",
    severity: Fatal,
    pattern: r"mce: \[Hardware Error\]: Machine check: |Machine check exception in kernel|Kernel panic - not syncing: (?:Fatal|Timeout: Not all CPUs entered|Uncorrected) (?:[Mm]achine|[Hh]ardware|broadcast)",
    title: "machine check",
    excerpt: Excerpt::MESSAGE,
    about: "The machine itself reported an error that cannot be corrected.",
    advice: "Look at the host: its memory, its QEMU, and what was injected.",
    ..Rule::LINUX
};
