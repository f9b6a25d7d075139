use super::{Rule, Severity::Note};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "systemd-failed",
    kind: "unit",
    severity: Note,
    pattern: r"\[FAILED\] Failed to |systemd\[1\]: Failed to start |systemd\[1\]: [\w@.\\-]+: Failed with result",
    title: "a unit failed",
    excerpt: Excerpt::MESSAGE,
    about: "A unit of systemd did not start or died.",
    advice: "Where the unit matters, wait for a sign that only it gives.",
    ..Rule::LINUX
};
