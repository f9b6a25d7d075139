use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-bad-mode",
    kind: "oops",
    severity: Fatal,
    pattern: "Bad mode in .+ handler detected",
    title: "kernel panic: bad mode",
    about: "An Arm processor took an exception of a kind that the kernel never expects.",
    advice: "The code after `code` says which; mostly a jump into nowhere.",
    ..Rule::LINUX
};
