use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "fuchsia-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"(?:STARNIX|ZIRCON) KERNEL PANIC",
    title: "kernel panic",
    about: "Zircon or Starnix gave up.",
};
