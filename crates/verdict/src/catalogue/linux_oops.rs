use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-oops",
    kind: "oops",
    severity: Fatal,
    pattern: r"Internal error: (?<arm>.+?)(?::? [0-9a-f]+)? ?\[#\d+\]|\bOops(?: - (?<why>[\w ]+?))?(?:: [0-9a-fA-F]+ | ?\[#\d+\]|: [\w ,]+\[#\d+\])|Oops: (?<mips>[\w ]+)\[#\d+\]|Unhandled exception in kernel mode|Kernel access of bad area|Unhandled signal \d+ code .* epc .* in swapper|Bad kernel stack pointer|Kernel unaligned instruction access|Break instruction in kernel code|SError Interrupt on CPU\d+|Machine check in kernel mode|Unable to handle kernel unaligned",
    title: "Oops: {why} in {frame}|Internal error in {frame}|Oops",
    about: "The kernel caught itself in a fault.",
    advice: "The registers and the title's function tell what it was doing.",
    ..Rule::LINUX
};
