use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-dentry",
    kind: "leak",
    severity: Fatal,
    pattern: r"BUG: Dentry .{1,80} still in use|VFS: Busy inodes after unmount",
    title: "BUG: Dentry still in use",
    about: "A file system went away while something still used it.",
};
