use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "edk2-exception",
    kind: "firmware",
    severity: Fatal,
    pattern: r"!!!! (?<arch>\w+) Exception Type - (?<type>\w+)(?:\((?<mnemonic>[#\w]+))?|^(?<arm>Synchronous Exception|IRQ Exception|SError Exception) at 0x|(?<stack>Recursive exception occurred while dumping the CPU state)",
    title: "edk2: exception {type} ({mnemonic})|edk2: exception {type}|edk2: {arm}|edk2: {stack}",
    excerpt: Excerpt::MESSAGE,
    about: "UEFI firmware or an application under it took an exception.",
    advice: "The module and its base are named below; resolve the address in its debug file.",
    ..Rule::LINUX
};
