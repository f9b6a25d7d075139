use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "rtems-fatal",
    kind: "panic",
    severity: Fatal,
    pattern: r"^\*\*\* (?:FATAL|RTEMS FATAL|PROFILING REPORT BEGIN FATAL) \*\*\*|^fatal source: (?<source>\d+ \([^)]+\))",
    title: "RTEMS fatal: {source}|RTEMS fatal",
    detail: Some(r"^fatal source: (?<source>\d+ \([^)]+\))"),
    excerpt: Excerpt::MESSAGE,
    about: "RTEMS ended with a fatal error.",
    advice: "The source and code below are listed in its manual.",
    ..Rule::LINUX
};
