use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-inodes",
    kind: "leak",
    severity: Fatal,
    pattern: "VFS: Busy inodes after unmount",
    title: "VFS: Busy inodes after unmount (use-after-free)",
    excerpt: Excerpt::MESSAGE,
    about: "A file system was unmounted while something still used a file in it.",
    advice: "Look for an inode that is not put; what uses it next uses freed memory.",
    ..Rule::LINUX
};
