use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-oops",
    kind: "oops",
    severity: Fatal,
    pattern: r"(?<what>Internal error): .{1,80}\[#\d+\]|\bOops(?: - [\w ]+)?(?:: [0-9a-fA-F]+ | ?\[#\d+\]|: [\w ,]+\[#\d+\])|Unexpected kernel BRK exception|Bad mode in .{1,40} handler detected|Unhandled (?:fault|prefetch abort|kernel unaligned access|exception in kernel mode)|Kernel access of bad area|Unhandled signal \d+ code .* epc .* in swapper|Fatal exception in interrupt|Bad kernel stack pointer",
    title: "Oops",
    about: "The kernel caught itself in a fault.",
};
