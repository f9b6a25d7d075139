use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "bsd-uvm",
    kind: "oops",
    severity: Fatal,
    pattern: r"uvm_fault\(0x[0-9a-f]+, ",
    title: "uvm_fault: {frame}|uvm_fault",
    excerpt: Excerpt::TRACE,
    about: "An OpenBSD kernel touched memory that is not there.",
    advice: "The title's function is where it stopped.",
    ..Rule::LINUX
};
