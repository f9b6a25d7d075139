use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-opcode",
    kind: "bug",
    severity: Fatal,
    pattern: r"invalid opcode: [0-9a-f]{4} \[#?\d+\]",
    title: "invalid opcode in {frame}|invalid opcode",
    about: "The kernel came to an instruction that is none; mostly an assertion whose message was lost.",
    advice: "Look for the assertion in the title's function.",
    ..Rule::LINUX
};
