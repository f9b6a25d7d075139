use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-kobject",
    kind: "warning",
    severity: Suspicious,
    pattern: r"WARNING: .*lib/kobject\.c|kobject: .*tried to init an initialized|kobject_add_internal failed for .+ with -EEXIST|kobject: .*is not initialized",
    title: "WARNING: kobject bug in {frame}|WARNING: kobject bug",
    about: "An object of the device model was used before it was initialised, or added twice.",
    advice: "Look at the names: two devices want the same, or one is registered twice.",
    ..Rule::LINUX
};
