use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-panic-on-warn",
    kind: "panic",
    severity: Fatal,
    pattern: r"Kernel panic - not syncing: (?<why>[\w: ]*panic_on_warn set|scheduling while atomic|panic_on_oops|Fatal exception|hung_task: blocked tasks|softlockup: hung tasks|RCU Stall|Hard LOCKUP|kmsan\.panic set|kfence\.panic set|kasan\.fault)",
    title: "kernel panic: {why}",
    about: "The kernel was told to panic at the first fault of another kind, which names it where it was just before.",
    advice: "Look at the lines before the panic; this rule's title stands only where they hold no other finding.",
    ..Rule::LINUX
};
