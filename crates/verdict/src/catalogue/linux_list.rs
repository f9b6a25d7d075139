use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-list",
    kind: "memory",
    severity: Fatal,
    pattern: r"list_(?:add|del)(?:_valid|_entry)? corruption|list_add double add|kernel BUG at lib/list_debug\.c",
    title: "BUG: corrupted list in {frame}|BUG: corrupted list",
    about: "A linked list holds what it cannot hold.",
    advice: "Look for an entry that was freed, or added twice, while it was on the list; KASAN tells where.",
    ..Rule::LINUX
};
