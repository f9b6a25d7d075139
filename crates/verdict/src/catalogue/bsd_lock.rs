use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "bsd-lock",
    kind: "lockdep",
    severity: Fatal,
    pattern: "panic: (?<what>lock error)|panic: (?<free>.+ lock still held)|(?<order>lock order reversal):",
    title: "{what} in {frame}|panic: {free} in {frame}|{order} in {frame}|lock error",
    excerpt: Excerpt::TRACE,
    about: "A BSD kernel found a lock in a state that it cannot be in.",
    advice: "Look for the path of the title's function that keeps the lock or gives it back twice.",
    ..Rule::LINUX
};
