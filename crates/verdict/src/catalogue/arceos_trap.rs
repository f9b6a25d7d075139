use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "arceos-trap",
    kind: "oops",
    severity: Fatal,
    // Behind `name[77]: ` it is Linux that speaks, of a program.
    pattern: r"(?:^|[^ ]|[^:] |[^\]]: )(?:Unhandled|Unsupported|Unexpected|unhandled|unsupported|unexpected) (?<what>(?:(?:kernel|user|synchronous|sync|guest|EL2|CPU|supervisor) )?(?:trap|exception|[Pp]age [Ff]ault|#PF|interrupt vector))\b.*(?: @ | at | scause|esr|ESR| vector|0x)",
    title: "unhandled {what}",
    excerpt: Excerpt::TRACE,
    about: "A kernel or hypervisor in Rust, such as ArceOS, AxVisor or NimbOS, met a trap that it has no answer to.",
    advice: "The address after `@` is the instruction; resolve it in the image's symbols.",
    ..Rule::LINUX
};
