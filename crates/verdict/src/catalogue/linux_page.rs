use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-page",
    kind: "memory",
    severity: Fatal,
    pattern: r"BUG: [Bb]ad (?<what>page state|page map|page cache|rss-counter state|pagetable|swap file entry)|BUG: (?<mm>non-zero \w+_bytes on freeing mm)",
    title: "BUG: Bad {what} in {frame}|BUG: Bad {what}|BUG: {mm}: NUM",
    excerpt: Excerpt::TRACE,
    about: "Page tables or their accounts hold what they cannot hold.",
    advice: "Look for a page that was freed while it was in use.",
    ..Rule::LINUX
};
