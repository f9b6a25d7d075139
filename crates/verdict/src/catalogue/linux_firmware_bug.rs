use super::{Rule, Severity::Note};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-firmware-bug",
    kind: "firmware",
    severity: Note,
    pattern: r"\[Firmware Bug\]: ",
    title: "firmware bug",
    excerpt: Excerpt::MESSAGE,
    about: "The kernel works around a fault of the firmware.",
    advice: "Harmless under QEMU most of the time.",
    ..Rule::LINUX
};
