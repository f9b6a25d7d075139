use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-access",
    kind: "oops",
    severity: Fatal,
    pattern: r"Unable to handle kernel (?<what>access to user memory|read from unreadable memory|write to read-only memory|execute from non-executable memory|[\w ]+?) (?:without|at)\b|BUG: [Uu]nable to handle kernel (?<power>[\w ]+?) at|BUG: unable to handle kernel ?$",
    title: "BUG: unable to handle kernel {what} in {frame}|BUG: unable to handle kernel {power} in {frame}|BUG: unable to handle kernel {what}{power}",
    about: "The kernel touched memory in a way that is not allowed there.",
    advice: "Look at the address and at the flags of its page below.",
    ..Rule::LINUX
};
