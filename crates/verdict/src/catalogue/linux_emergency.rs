use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-emergency",
    kind: "emergency",
    severity: Fatal,
    pattern: r#"You are in (?:emergency|rescue) mode|Entering emergency mode|Generating "/run/initramfs/rdsosreport|Give root password for (?:system )?maintenance|ALERT! .+ does not exist\.|No init found\. Try passing init= bootarg|Failed to mount .+ (?:as root file system|on real root)|Entering emergency shell|being dropped into an emergency shell|initramfs emergency recovery shell launched|^emergency: "#,
    title: "the system came up in an emergency shell",
    excerpt: Excerpt::MESSAGE,
    about: "The system did not come up and waits for somebody to repair it.",
    advice: "The lines before tell which device or mount it missed.",
    ..Rule::LINUX
};
