use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "zephyr-assert",
    kind: "assert",
    severity: Fatal,
    pattern: r"ASSERTION FAIL \[(?<what>.+)\] @ (?<file>[^\s:]+)",
    title: "ASSERTION FAIL {what} at {file}",
    excerpt: Excerpt::MESSAGE,
    about: "A Zephyr assertion failed.",
    advice: "Read the assertion at the place that the message names.",
    ..Rule::LINUX
};
