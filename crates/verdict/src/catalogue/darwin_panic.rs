use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "darwin-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"^panic\(cpu \d+ caller 0x[0-9a-f]+\): (?<why>.+)",
    title: "panic: {why}",
    excerpt: Excerpt::TRACE,
    about: "An XNU kernel gave up.",
    advice: "The backtrace and the loaded extensions follow.",
    ..Rule::LINUX
};
