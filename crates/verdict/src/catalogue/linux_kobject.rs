use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-kobject",
    kind: "warning",
    severity: Suspicious,
    pattern: r"WARNING: .{1,60}lib/kobject\.c|kobject: .{0,80}tried to init an initialized|kobject_add_internal failed for .{1,80} with -EEXIST|kobject: .{0,80}is not initialized",
    title: "WARNING: kobject bug in {frame}|WARNING: kobject bug",
    about: "An object of the device model was used before it was initialised, or added twice.",
    advice: "Look at the names: two devices want the same, or one is registered twice.",
    ..Rule::LINUX
};
