use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "sel4-fault",
    kind: "fault",
    severity: Fatal,
    pattern: r"Caught (?<cap>cap fault) in (?:send|receive)|(?<vm>vm fault) on (?:data|code) at address|^Caught (?<user>user exception|unknown syscall)|FAULT HANDLER: (?<handler>[\w ]+?) (?:fault|from)",
    title: "seL4: {cap}|seL4: {vm}|seL4: {user}|seL4: {handler}",
    excerpt: Excerpt::MESSAGE,
    about: "A thread under seL4 faulted and nobody handles its faults.",
    advice: "The next lines name the thread, its address and what it wanted to do.",
    ..Rule::LINUX
};
