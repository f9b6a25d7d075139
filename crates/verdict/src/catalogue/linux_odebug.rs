use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-odebug",
    kind: "warning",
    severity: Suspicious,
    pattern: r"WARNING: .*lib/debugobjects\.c|ODEBUG: (?:free active|activate (?:active|destroyed|not)|init (?:active|destroyed)|assert_init not)",
    title: "WARNING: ODEBUG bug in {frame}|WARNING: ODEBUG bug",
    about: "A timer, work or other object was freed or initialised while in use.",
    advice: "Cancel it before the title's function frees what holds it.",
    ..Rule::LINUX
};
