use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "bsd-pool",
    kind: "memory",
    severity: Fatal,
    pattern: r"panic: pool_\w+: (?<pool>[\w-]+):? (?<what>(?:cpu )?free list modified|double put|[\w ]+?)(?:[:,;]|$)",
    title: "pool: {what}: {pool}",
    excerpt: Excerpt::TRACE,
    about: "A BSD kernel's allocator found its own memory overwritten.",
    advice: "Look for a use after free of what the pool holds.",
    ..Rule::LINUX
};
