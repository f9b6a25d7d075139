use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "rust-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"\b[Pp]anicked at '(?<old>.{1,200}?)', (?<file>[\w./<>@+\\-]{1,160}?\.rs)(?::\d+)*|\b[Pp]anicked at (?<new>[\w./<>@+:\\-]{1,160}?\.rs)(?::\d+)+(?::? (?<says>\S.{0,200}))?:?|\bpanicked at (?<any>.{1,200}?):?$|^PANIC at (?<no>\S+\.rs)",
    title: "panicked at {file}: {old}|panicked at {new}: {says}|panicked at {new}: {message}|panicked at {new}{file}{no}{any}",
    detail: Some(r"^(?:\[[^\]]{1,60}\] )*(?<message>[^\s\[].{0,200})"),
    excerpt: Excerpt::TRACE,
    about: "Rust code panicked: a kernel, a hypervisor or a program.",
    advice: "Read the line of source that the message names.",
    ..Rule::LINUX
};
