use super::{Rule, Severity::Fatal};
use crate::Blame;

pub(super) const RULE: Rule = Rule {
    name: "linux-rcu-stall",
    kind: "rcu-stall",
    severity: Fatal,
    pattern: r"INFO: rcu\w* (?:self-)?detected (?:expedited )?stalls?\b",
    title: "INFO: rcu detected stall in {frame}|INFO: rcu detected stall",
    blame: Blame::Entry,
    about: "A processor or task held up read-copy-update.",
    advice: "The title names the request that was being served; under TCG a busy host is enough to cause it.",
    ..Rule::LINUX
};
