use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-trap",
    kind: "oops",
    severity: Fatal,
    pattern: r"(?<what>divide[ _]error|invalid opcode|stack segment|int3|double fault|segment not present|alignment check|invalid TSS|coprocessor segment overrun|control protection fault|page fault|stack guard page): [0-9a-f]{4} \[#?\d+\]|PANIC: (?<panic>double fault|early exception)",
    title: "{what}{panic}",
    about: "An exception in the kernel that it does not survive.",
};
