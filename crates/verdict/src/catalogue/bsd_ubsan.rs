use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "bsd-ubsan",
    kind: "ubsan",
    severity: Fatal,
    pattern: r"UBSan: Undefined Behavior in (?<place>[^\s:,]+)",
    title: "UBSan: Undefined behavior in {place}",
    excerpt: Excerpt::MESSAGE,
    about: "A BSD kernel's sanitizer saw undefined behaviour.",
    advice: "The line of source is in the message.",
    ..Rule::LINUX
};
