use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-allocation-size",
    kind: "warning",
    severity: Suspicious,
    pattern: r"WARNING: (?:.+ at )?mm/(?:slab_common|util|slub|slab)\.c:",
    title: "WARNING: kmalloc bug in {frame}|WARNING: kmalloc bug",
    about: "Somebody asked for more memory than can be had in one piece.",
    advice: "Check the size that the title's function asks for: mostly it comes unchecked from user space.",
    ..Rule::LINUX
};
