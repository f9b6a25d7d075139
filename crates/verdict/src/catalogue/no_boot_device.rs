use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "no-boot-device",
    kind: "boot",
    severity: Fatal,
    pattern: r"^No bootable device\.|^grub rescue>|^Entering rescue mode\.\.\.|No bootable option or device was found|^Missing operating system|^Operating System not found",
    title: "nothing to boot from",
    excerpt: Excerpt::MESSAGE,
    about: "Firmware or a boot loader found nothing to boot.",
    advice: "Check the image, its partition table, and which disk the machine was given.",
    ..Rule::LINUX
};
