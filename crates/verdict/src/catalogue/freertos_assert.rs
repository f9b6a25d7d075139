use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "freertos-assert",
    kind: "assert",
    severity: Fatal,
    pattern: r#"configASSERT ?(?:\(|failed|FAILED|called|hit)|vAssertCalled|^ASSERT! Line \d+, file (?<file>\S+)|^assert failed: (?<what>\w+) \S+:\d+|^assertion \"(?<newlib>.+)\" failed: file \""#,
    title: "configASSERT at {file}|assert failed in {what}|assertion failed: {newlib}|configASSERT failed",
    excerpt: Excerpt::MESSAGE,
    about: "An assertion of FreeRTOS, or of the C library under it, failed.",
    advice: "The message names the line of source; a wrong interrupt priority is the usual cause.",
    ..Rule::LINUX
};
