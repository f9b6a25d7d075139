use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-usercopy",
    kind: "bug",
    severity: Fatal,
    pattern: "usercopy: [Kk]ernel memory (?:overwrite|exposure) attempt detected",
    title: "BUG: bad usercopy in {frame}|BUG: bad usercopy",
    about: "The kernel was about to copy more to or from user space than an object holds.",
    advice: "Check the length that the title's function copies.",
    ..Rule::LINUX
};
