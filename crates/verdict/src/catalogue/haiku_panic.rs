use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "haiku-panic",
    kind: "panic",
    severity: Fatal,
    pattern: "^PANIC: (?<why>.+)|Welcome to Kernel Debugging Land",
    title: "PANIC: {why}|kernel debugger",
    excerpt: Excerpt::TRACE,
    about: "A kernel such as Haiku's or Redox' gave up.",
    advice: "The backtrace follows.",
    ..Rule::LINUX
};
