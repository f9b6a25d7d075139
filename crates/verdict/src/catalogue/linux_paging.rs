use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-paging",
    kind: "oops",
    severity: Fatal,
    pattern: r"BUG: unable to handle (?:kernel ?)?(?<what>paging request|NULL pointer dereference|page fault|$)|BUG: kernel (?<null>NULL pointer dereference)|Unable to handle kernel (?<arm>[\w ]+?) at|Unable to handle (?<para>paging request|kernel \w+ \w+)|BUG: Unable to handle kernel (?<power>[\w ]+?) at|Unable to handle kernel pointer dereference",
    title: "BUG: unable to handle kernel {what}{null}{arm}{para}{power}",
    about: "The kernel touched memory that is not there.",
};
