use super::{Rule, Severity::Fatal};
use crate::Blame;

pub(super) const RULE: Rule = Rule {
    name: "linux-hard-lockup",
    kind: "hard-lockup",
    severity: Fatal,
    pattern: r"Watchdog detected hard LOCKUP|NMI watchdog: (?:BUG: )?hard LOCKUP|watchdog: CPU\d+: .*hard LOCKUP|NMI watchdog: .*LOCKUP",
    title: "hard lockup in {frame}|hard lockup",
    blame: Blame::Entry,
    about: "A processor stopped taking interrupts.",
    advice: "Look for a loop with interrupts disabled, or a lock that is never given back.",
    ..Rule::LINUX
};
