use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "tfa-panic",
    kind: "firmware",
    severity: Fatal,
    pattern: r"^PANIC at PC ?: ?0x|^(?:ERROR: +)?(?:BL31|BL2|BL1|EL3)[: ].*(?:[Uu]nhandled|[Pp]anic|unexpected)|^Unhandled Exception (?:from|in) (?<el>EL\d)|^ASSERT: (?<file>[\w./-]+\.[ch]):\d+",
    title: "trusted firmware: unhandled exception in {el}|trusted firmware: ASSERT {file}|trusted firmware panic",
    excerpt: Excerpt::MESSAGE,
    about: "Trusted Firmware-A gave up.",
    advice: "The saved registers follow; resolve the address in the stage's map.",
    ..Rule::LINUX
};
