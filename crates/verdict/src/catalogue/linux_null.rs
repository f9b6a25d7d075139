use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-null",
    kind: "oops",
    severity: Fatal,
    pattern: "BUG: [Uu]nable to handle (?:kernel )?NULL pointer dereference|BUG: [Kk]ernel NULL pointer dereference|Unable to handle kernel NULL pointer dereference",
    title: "BUG: unable to handle kernel NULL pointer dereference in {frame}|BUG: unable to handle kernel NULL pointer dereference",
    about: "The kernel followed a pointer that is not set.",
    advice: "The title's function dereferences it; the address below is the member's offset.",
    ..Rule::LINUX
};
