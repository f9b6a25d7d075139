use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "fuchsia-panic",
    kind: "panic",
    severity: Fatal,
    pattern: "(?<who>STARNIX|ZIRCON|starnix|zircon) (?:KERNEL PANIC|kernel panic)",
    title: "starnix kernel panic in {file}: {message}|{who} kernel panic",
    detail: Some(r"panicked at (?:\.{1,2}/)*(?<file>[\w./-]+):\d+:\d+:?$|^(?<message>[a-z][^\[]+)"),
    excerpt: Excerpt::TRACE,
    about: "Zircon or Starnix gave up.",
    advice: "The lines after the banner hold the message and the backtrace.",
    ..Rule::LINUX
};
