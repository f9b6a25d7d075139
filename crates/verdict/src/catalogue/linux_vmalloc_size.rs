use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-vmalloc-size",
    kind: "warning",
    severity: Suspicious,
    pattern: r"WARNING: (?:.+ at )?mm/vmalloc\.c:",
    title: "WARNING: zero-size vmalloc in {frame}|WARNING: zero-size vmalloc",
    about: "Somebody asked for no memory at all, or for memory that is not theirs to free.",
    advice: "Check the size that the title's function asks for.",
    ..Rule::LINUX
};
