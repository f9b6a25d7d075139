use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-unwind",
    kind: "warning",
    severity: Suspicious,
    pattern: r"WARNING: kernel stack (?<what>frame pointer|regs) .*has bad (?<register>'\w+' )?value|WARNING: (?<stack>stack (?:recursion|going|pointer))",
    title: "WARNING: kernel stack {what} has bad {register} value|WARNING: kernel stack {what} has bad value|WARNING: {stack}",
    about: "The kernel could not follow its own stack.",
    advice: "Mostly assembly without its frame; a true overrun shows itself elsewhere.",
    ..Rule::LINUX
};
