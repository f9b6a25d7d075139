use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "solaris-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"^panic\[cpu\d+\]/thread=\S+(?:: (?<why>.+))?",
    title: "panic: {why}|panic: {next}",
    detail: Some(r"^(?<next>\w.+)"),
    excerpt: Excerpt::TRACE,
    about: "An illumos or Solaris kernel gave up.",
    advice: "The backtrace follows.",
    ..Rule::LINUX
};
