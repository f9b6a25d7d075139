use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-fault",
    kind: "oops",
    severity: Fatal,
    pattern: "Unhandled (?:fault|prefetch abort): .+ at 0x|Unhandled fault:",
    title: "Unhandled fault in {frame}|Unhandled fault",
    about: "A processor reported a fault that the kernel has no answer to.",
    advice: "On a real machine look at the bus and the device behind the address.",
    ..Rule::LINUX
};
