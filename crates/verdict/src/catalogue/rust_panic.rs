use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "rust-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"\bpanicked at (?<what>.{1,200}?):?$",
    title: "panicked at {what}",
    about: "Rust code panicked: a kernel, a hypervisor or a program.",
};
