use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-oops",
    kind: "oops",
    severity: Fatal,
    pattern: r"(?<arm>Internal error): .+\[#\d+\]|\bOops(?: - [\w ]+)?(?:: [0-9a-fA-F]+ | ?\[#\d+\])|Oops: (?<mips>[\w ]+), sig: \d+ \[#\d+\]|Unhandled exception in kernel mode|Kernel access of bad area|Unhandled signal \d+ code .* epc .* in swapper|Bad kernel stack pointer|Kernel unaligned instruction access|Break instruction in kernel code|SError Interrupt on CPU\d+|Machine check in kernel mode",
    title: "{arm} in {frame}|Oops: {mips} in {frame}|Oops in {frame}|Oops",
    about: "The kernel caught itself in a fault.",
    advice: "The registers and the title's function tell what it was doing.",
    ..Rule::LINUX
};
