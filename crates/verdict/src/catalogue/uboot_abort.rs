use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "uboot-abort",
    kind: "firmware",
    severity: Fatal,
    pattern: r#""(?<what>Synchronous Abort|Error|Sync|IRQ|FIQ)" handler, esr|^(?<arm>data abort|prefetch abort|undefined instruction)$|Unhandled exception: (?<riscv>[\w ]+)"#,
    title: "u-boot: {what}|u-boot: {arm}|u-boot: {riscv}",
    excerpt: Excerpt::MESSAGE,
    about: "U-Boot took an exception.",
    advice: "Resolve the address after `elr` or `EPC`, less the relocation offset, in its symbols.",
    ..Rule::LINUX
};
