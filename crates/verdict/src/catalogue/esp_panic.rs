use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "esp-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"Guru Meditation Error: Core +\d+ panic'ed \((?<what>[^)]+)\)|^(?<abort>abort\(\)) was called at PC|^E \(\d+\) task_wdt: (?<wdt>Task watchdog got triggered)|(?<brown>Brownout detector was triggered)",
    title: "Guru Meditation Error: {what}|{abort} was called|{wdt}|{brown}",
    excerpt: Excerpt::MESSAGE,
    about: "ESP-IDF's panic handler took over.",
    advice: "Resolve the addresses after `Backtrace:` in the program's symbols.",
    ..Rule::LINUX
};
