use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "uboot-abort",
    kind: "firmware",
    severity: Fatal,
    pattern: r#""(?<what>Synchronous Abort|Error|Sync|IRQ|FIQ)" handler, esr|^(?<arm>data abort|prefetch abort|undefined instruction)$|Unhandled exception: (?<riscv>[\w ]+)"#,
    title: "u-boot: {what}{arm}{riscv}",
    about: "U-Boot took an exception.",
};
