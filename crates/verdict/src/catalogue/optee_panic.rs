use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "optee-panic",
    kind: "firmware",
    severity: Fatal,
    pattern: r"^E/T[CA]:.*Panic (?:'(?<why>[^']+)' )?at (?<file>[\w./-]+\.[cSh]):\d+|^E/TC:.* (?:Core|User mode|User TA) (?<abort>(?:data|prefetch|undef|unexpected)[- ]abort)",
    title: "OP-TEE panic at {file}: {why}|OP-TEE panic at {file}|OP-TEE: {abort}",
    excerpt: Excerpt::MESSAGE,
    about: "OP-TEE, or a trusted application in it, gave up.",
    advice: "The call stack follows; `symbolize.py` of OP-TEE resolves it.",
    ..Rule::LINUX
};
