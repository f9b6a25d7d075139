use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-dentry",
    kind: "leak",
    severity: Fatal,
    pattern: r"BUG: Dentry .+ still in use.*\[unmount|BUG: Dentry .+ still in use",
    title: "BUG: Dentry still in use in unmount",
    about: "A file system was unmounted while something still used a name in it.",
    advice: "Look for a dentry that is not put.",
    ..Rule::LINUX
};
