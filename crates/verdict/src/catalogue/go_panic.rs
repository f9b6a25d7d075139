use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "go-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"^panic: runtime error: (?<what>.*)|^fatal error: (?<fatal>all goroutines are asleep|unexpected signal|runtimer?: |sync: unlock of unlocked mutex|concurrent map \w+|stack overflow|found bad pointer|checkdead|schedule: |systemstack|bad \w+)|^runtime: (?:bad|goroutine stack exceeds)",
    title: "go runtime error: {what}|go runtime error: {fatal}|go runtime error",
    excerpt: Excerpt::TRACE,
    about: "A Go program, such as a sandbox kernel, died.",
    advice: "The stack of the first goroutine below is the one that died.",
    ..Rule::LINUX
};
