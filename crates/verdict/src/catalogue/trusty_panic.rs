use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "trusty-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"ASSERT FAILED at \(\S+\): ?(?<what>.*)|^panic \(caller 0x",
    title: "ASSERT FAILED: {what}",
    about: "The Trusty OS or Little Kernel gave up.",
};
