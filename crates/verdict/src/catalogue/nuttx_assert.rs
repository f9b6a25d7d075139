use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "nuttx-assert",
    kind: "panic",
    severity: Fatal,
    pattern: r"(?:dump_assert_info|up_assert|_assert): Assertion failed(?: at (?:file: ?)?(?<file>[^\s:]+))?",
    title: "assertion failed at {file}|assertion failed",
    excerpt: Excerpt::TRACE,
    about: "NuttX gave up at an assertion.",
    advice: "Registers and stacks follow; read the assertion at the place that the message names.",
    ..Rule::LINUX
};
