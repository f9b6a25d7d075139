use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "freertos-stack",
    kind: "stack",
    severity: Fatal,
    pattern: r"vApplicationStackOverflowHook|\*\*\*ERROR\*\*\* A stack overflow in task (?<task>\S+) has been detected|^[Ss]tack overflow (?:in task|detected in|in:) (?<other>\S+)",
    title: "stack overflow in task {task}|stack overflow in task {other}|stack overflow",
    excerpt: Excerpt::MESSAGE,
    about: "A task of FreeRTOS overran its stack.",
    advice: "Give the task a larger stack, or look for large local variables in it.",
    ..Rule::LINUX
};
