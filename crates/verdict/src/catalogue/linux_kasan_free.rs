use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-kasan-free",
    kind: "kasan",
    severity: Fatal,
    pattern: "BUG: KAS[Aa][Nn]: (?:double-free or )?(?:(?<what>invalid-free)|double-free)",
    title: "KASAN: {what} in {frame}|KASAN: double-free in {frame}|KASAN: double-free",
    about: "The kernel address sanitizer saw memory freed that was not there to be freed.",
    advice: "Read the stacks of both frees and of the allocation below the title's function.",
    ..Rule::LINUX
};
