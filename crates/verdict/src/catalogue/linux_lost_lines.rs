use super::{Rule, Severity::Note};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-lost-lines",
    kind: "lost",
    severity: Note,
    pattern: r"^\*\* \d+ printk messages dropped",
    title: "kernel messages were lost",
    excerpt: Excerpt::MESSAGE,
    about: "The kernel wrote faster than its console could, and lines are missing.",
    advice: "Raise `log_buf_len=`, or make it say less: what is missing could not be judged.",
    ..Rule::LINUX
};
