use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-memory",
    kind: "memory",
    severity: Fatal,
    pattern: r"BUG: [Bb]ad (?P<what>page state|page map|page cache|rss-counter state|pagetable)|(?<list>list_(?:add|del)(?:_valid)?) corruption|BUG \S+ \([^)]*\): (?P<slab>(?:Left |Right )?Redzone|Poison|Object|Freechain|Padding|Wrong|Invalid|Attempt)|BUG: non-zero \w+_bytes on freeing mm",
    title: "kernel memory corrupted {what}{list}{slab}",
    about: "Page tables, lists or slabs hold what they cannot hold.",
};
