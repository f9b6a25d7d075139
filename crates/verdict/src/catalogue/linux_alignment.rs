use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-alignment",
    kind: "oops",
    severity: Fatal,
    pattern: "Alignment trap: (?:not handling|.*PC=0x[c-f])|Unhandled kernel unaligned access",
    title: "Alignment trap in {frame}|Alignment trap",
    about: "The kernel read or wrote at an address that its processor cannot reach in one piece.",
    advice: "Use the unaligned accessors where the title's function reads.",
    ..Rule::LINUX
};
