use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "go-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"^panic: runtime error: (?<what>.*)|^fatal error: (?<fatal>all goroutines are asleep|unexpected signal|runtimer?: |sync: unlock of unlocked mutex|concurrent map \w+)",
    title: "go runtime error: {what}{fatal}",
    about: "A Go program, such as a sandbox kernel, died.",
};
