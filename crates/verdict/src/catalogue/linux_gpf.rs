use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-gpf",
    kind: "oops",
    severity: Fatal,
    pattern: r"general protection fault(?:, |: [0-9a-f]{4} \[|: maybe|: probably)",
    title: "general protection fault in {frame}|general protection fault",
    about: "A processor refused what the kernel asked for. A user program that does so is not meant.",
    advice: "Mostly a pointer that is none: look at the registers, and for `KASAN: … in range` below.",
    ..Rule::LINUX
};
