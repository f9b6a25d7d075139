use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-kasan",
    kind: "kasan",
    severity: Fatal,
    pattern: r"BUG: KAS[Aa][Nn]: (?<what>[\w-]+)|KASAN: (?:maybe |probably )?(?<what2>[\w-]+) in range",
    title: "KASAN: {what} {access} in {frame}|KASAN: {what} in {frame}|KASAN: {what} {access}|KASAN: {what2} in {frame}|KASAN: {what}{what2}",
    detail: Some("(?<access>Read|Write) (?:of size|at addr)"),
    about: "The kernel address sanitizer (or its software-tag and hardware-tag kin) caught a bad access.",
    advice: "Compare the accessing stack with those of the allocation and the free that follow it.",
    ..Rule::LINUX
};
