use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "xen-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"\(XEN\) (?:\[[^\]]*\] )?Panic on CPU \d+|\(XEN\) .*(?<what>Xen BUG at \S+|FATAL PAGE FAULT|FATAL TRAP|Assertion .* failed at \S+|Hardware Dom0 \w+|Domain 0 crashed)",
    title: "xen panic {what}",
    about: "The Xen hypervisor gave up.",
};
