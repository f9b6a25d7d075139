use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "bsd-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"(?:^|\] |login: ?)panic: (?:(?<lock>.+) @ (?<file>/\S+)|(?<why>[^\sA-Za-z]*[A-Za-z].*))",
    title: "panic: {lock} at {file}|panic: {why}",
    excerpt: Excerpt::TRACE,
    about: "A BSD kernel, or a program in its words, gave up.",
    advice: "The title says why; the backtrace follows.",
    ..Rule::LINUX
};
