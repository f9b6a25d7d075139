use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-proc",
    kind: "warning",
    severity: Suspicious,
    pattern: r"WARNING: (?:.+ at )?fs/proc/generic\.c:|proc_dir_entry '.+' already registered",
    title: "WARNING: proc registration bug in {frame}|WARNING: proc registration bug",
    about: "A file in `/proc` was registered twice, or removed when it was not there.",
    advice: "Look at the name: two things want the same.",
    ..Rule::LINUX
};
