use super::{Rule, Severity::Note};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-segfault",
    kind: "user",
    severity: Note,
    pattern: r"segfault at [0-9a-f]+ ip|traps: .+\[\d+\] (?:general protection|trap|divide error)|: unhandled signal \d+ code 0x|potentially unexpected fatal signal",
    title: "a user program crashed",
    excerpt: Excerpt::MESSAGE,
    about: "A program died of a fault; the kernel is well.",
    advice: "Where the program matters, its own status or a sign must fail the test.",
    ..Rule::LINUX
};
