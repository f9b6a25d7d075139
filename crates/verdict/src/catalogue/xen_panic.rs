use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "xen-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"\(XEN\) (?:\[[^\]]*\] )?Panic on CPU \d+|\(XEN\) .*?(?<what>Xen BUG at [^:\s]+|FATAL PAGE FAULT|FATAL TRAP|Assertion .+ failed at [^:\s]+|Hardware Dom0 \w+|Domain 0 crashed|Xen (?:call trace|stack overflow))",
    title: "xen panic: {what}|xen panic: {why}|xen panic",
    detail: Some(r"^\(XEN\) (?:\[[^\]]*\] )?(?<why>[A-Z][^*]+)"),
    excerpt: Excerpt::TRACE,
    about: "The Xen hypervisor gave up.",
    advice: "The line after the banner says why; the call trace stands before it.",
    ..Rule::LINUX
};
