use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "bsd-debugger",
    kind: "debugger",
    severity: Fatal,
    pattern: r"^Stopped (?:in pid \S+ .*)?at +\S+|^db\{\d+\}>|^ddb(?:\{\d+\})?>",
    title: "the kernel debugger was entered in {frame}|the kernel debugger was entered",
    excerpt: Excerpt::TRACE,
    about: "A BSD kernel stopped in its debugger.",
    advice: "The lines before tell what made it stop.",
    ..Rule::LINUX
};
