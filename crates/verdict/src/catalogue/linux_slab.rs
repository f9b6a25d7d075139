use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-slab",
    kind: "memory",
    severity: Fatal,
    pattern: r"BUG [\w:. -]+ \([^)]*\): (?<what>(?:(?:Left |Right )?Redzone|Poison|Object|Freechain|Freelist|Padding|Wrong|Invalid|Attempt|page slab)[\w /-]*)",
    title: "BUG: {what}",
    excerpt: Excerpt::TRACE,
    about: "The allocator found its own memory overwritten.",
    advice: "Look for a write beyond an object or after its free; KASAN tells where.",
    ..Rule::LINUX
};
