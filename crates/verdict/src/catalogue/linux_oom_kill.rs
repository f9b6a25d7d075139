use super::{Rule, Severity::Note};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-oom-kill",
    kind: "oom",
    severity: Note,
    pattern: r"Out of memory: Kill(?:ed)? process \d+ |Memory cgroup out of memory: Kill",
    title: "out of memory: a process was killed",
    excerpt: Excerpt::TRACE,
    about: "Memory ran out and a process was killed for it.",
    advice: "Give the guest more memory, or look in the table of tasks for who took it.",
    ..Rule::LINUX
};
