use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-trap",
    kind: "oops",
    severity: Fatal,
    pattern: r"(?<divide>divide)[ _]error: |(?<what>int3|double fault|segment not present|alignment check|invalid TSS|coprocessor segment overrun|control protection fault|page fault|stack guard page|(?<stack>stack segment)): [0-9a-f]{4} \[#?\d+\]|(?<panic>PANIC: (?:double fault|early exception))|traps: (?<cp>Missing ENDBR)",
    title: "{divide} error in {frame}|{stack} fault in {frame}|{what} in {frame}|{panic} in {frame}|{what}{panic}{cp}",
    about: "An exception in the kernel that it does not survive.",
    advice: "The registers and the title's function tell which instruction it was.",
    ..Rule::LINUX
};
