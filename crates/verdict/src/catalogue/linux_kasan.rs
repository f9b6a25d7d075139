use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-kasan",
    kind: "kasan",
    severity: Fatal,
    pattern: r"BUG: KAS[Aa][Nn]: (?<what>[\w -]+?)(?: in (?<place>[\w.$]+)|: | at |$)|^(?:.*\] )?KASAN: (?:maybe )?(?<range>[\w-]+) in range",
    title: "KASAN: {what}{range} in {place}",
    about: "The kernel address sanitizer (or its software-tag and hardware-tag kin) caught a bad access.",
};
