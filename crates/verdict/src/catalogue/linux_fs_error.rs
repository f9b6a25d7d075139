use super::{Rule, Severity::Note};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-fs-error",
    kind: "fs",
    severity: Note,
    pattern: r"EXT[234]-fs error \(device|XFS \(\w+\): (?:Corruption|Internal error|Metadata)|BTRFS (?:error|critical) \(device|F2FS-fs \(\w+\): .*corrupt|SQUASHFS error: |EXT4-fs \(\w+\): .*(?:[Rr]emounting filesystem read-only)",
    title: "a file system is damaged",
    excerpt: Excerpt::MESSAGE,
    about: "A file system found itself damaged.",
    advice: "Make the image anew; a guest that was killed while it wrote leaves such a one.",
    ..Rule::LINUX
};
