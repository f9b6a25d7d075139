use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-paging",
    kind: "oops",
    severity: Fatal,
    pattern: "BUG: [Uu]nable to handle (?:kernel ?)?(?:paging request|page fault)|Unable to handle kernel (?:paging request|pointer dereference|data access)|Unable to handle paging request|BUG: Unable to handle kernel (?:data access|instruction fetch)",
    title: "BUG: unable to handle kernel paging request in {frame}|BUG: unable to handle kernel paging request",
    about: "The kernel touched memory that is not there.",
    advice: "Look at the address: poison such as `6b6b…` is memory used after it was freed.",
    ..Rule::LINUX
};
