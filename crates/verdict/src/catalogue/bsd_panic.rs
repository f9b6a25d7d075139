use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "bsd-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"(?:^|\] |login: ?)panic: (?<why>\S.*)",
    title: "panic: {why}",
    about: "A BSD kernel, or a program in its words, gave up.",
};
