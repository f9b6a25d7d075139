use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-bug",
    kind: "bug",
    severity: Fatal,
    pattern: r"[Kk]ernel BUG at (?<place>[^\s!]+)|kernel BUG in (?<function>\w+)|Unexpected kernel BRK exception",
    title: "kernel BUG in {frame}|kernel BUG in {function}|kernel BUG at {place}!|kernel BUG",
    about: "The kernel's own assertion failed.",
    advice: "Read the assertion at the line of source that the message names.",
    ..Rule::LINUX
};
