use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-kasan-free",
    kind: "kasan",
    severity: Fatal,
    pattern: "BUG: KAS[Aa][Nn]: (?:invalid-free|double-free)",
    title: "KASAN: invalid-free in {frame}|KASAN: invalid-free",
    about: "The kernel address sanitizer saw memory freed that was not there to be freed.",
    advice: "Read the stacks of both frees and of the allocation below the title's function.",
    ..Rule::LINUX
};
