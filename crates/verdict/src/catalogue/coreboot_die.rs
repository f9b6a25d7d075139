use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "coreboot-die",
    kind: "firmware",
    severity: Fatal,
    pattern: r"^(?:\[?(?:EMERG|CRIT)\]? +)?ASSERTION ERROR: file '(?<file>[^']+)'|^\[?EMERG\]? +.*die\(\)",
    title: "coreboot: assertion in {file}|coreboot died",
    excerpt: Excerpt::MESSAGE,
    about: "coreboot gave up.",
    advice: "The message names the line of source.",
    ..Rule::LINUX
};
