use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "edk2-exception",
    kind: "firmware",
    severity: Fatal,
    pattern: r"!!!! (?<arch>\w+) Exception Type - (?<type>\S+)|^(?<arm>Synchronous Exception|IRQ Exception|SError Exception) at 0x|(?<stack>Recursive exception occurred while dumping the CPU state)",
    title: "edk2: exception {type}{arm}{stack}",
    about: "UEFI firmware or an application under it took an exception.",
};
