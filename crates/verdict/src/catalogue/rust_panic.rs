use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "rust-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"\b[Pp]anicked at '(?<old>.+?)', (?<file>[\w./<>@+\\-]+?\.rs)(?::\d+)*|\b[Pp]anicked at (?<new>[\w./<>@+:\\-]+?\.rs)(?::\d+)+(?::? (?<says>\S.*))?:?|\bpanicked at (?<any>.+?):?$|^PANIC at (?<no>\S+\.rs)",
    title: "panicked at {file}: {old}|panicked at {new}: {says}|panicked at {new}: {message}|panicked at {new}{file}{no}{any}",
    detail: Some(r"^(?:\[[^\]]+\] )*(?<message>[^\s\[].*)"),
    excerpt: Excerpt::TRACE,
    about: "Rust code panicked: a kernel, a hypervisor or a program.",
    advice: "Read the line of source that the message names.",
    ..Rule::LINUX
};
