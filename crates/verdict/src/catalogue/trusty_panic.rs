use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "trusty-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"ASSERT FAILED at \(\S+\): ?(?<what>.*)|^panic \(caller 0x",
    title: "trusty: ASSERT FAILED: {what}|trusty: panic",
    excerpt: Excerpt::TRACE,
    about: "The Trusty OS or Little Kernel gave up.",
    advice: "Read the assertion at the place that the message names.",
    ..Rule::LINUX
};
