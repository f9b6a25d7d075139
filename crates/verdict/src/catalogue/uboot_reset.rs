use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "uboot-reset",
    kind: "firmware",
    severity: Fatal,
    pattern: r"### ERROR ### Please RESET the board ###|^Resetting CPU \.\.\.|^resetting \.\.\.",
    title: "u-boot reset the board",
    excerpt: Excerpt::MESSAGE,
    about: "U-Boot could not go on and resets, or waits for somebody who does.",
    advice: "The lines before tell what it missed.",
    ..Rule::LINUX
};
