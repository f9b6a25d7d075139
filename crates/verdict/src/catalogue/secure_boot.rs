use super::{Rule, Severity::Fatal};
use crate::Excerpt;

/// The firmware's own shell is never signed: that it is refused means nothing.
pub(super) const RULE: Rule = Rule {
    name: "secure-boot",
    kind: "boot",
    severity: Fatal,
    pattern: r#"BdsDxe: failed to (?:load|start) Boot[0-9A-F]{4} "(?:[^E"]|E[^F"]|EF[^I"])[^"]*" .*: (?:Access Denied|Security Violation)"#,
    title: "Secure Boot refused what it should start",
    excerpt: Excerpt::MESSAGE,
    about: "UEFI firmware found a boot loader whose signature none of its keys vouches for.",
    advice: "Sign the loader with a key that the firmware's variables have, or boot without Secure Boot.",
    ..Rule::LINUX
};
