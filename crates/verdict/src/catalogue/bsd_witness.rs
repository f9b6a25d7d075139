use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "bsd-witness",
    kind: "lockdep",
    severity: Fatal,
    pattern: "(?<what>witness: userret: returning with the following locks held)",
    title: "{what}",
    excerpt: Excerpt::TRACE,
    about: "A BSD kernel went back to user space with a lock held.",
    advice: "The lock and where it was taken follow.",
    ..Rule::LINUX
};
