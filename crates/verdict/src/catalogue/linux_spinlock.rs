use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-spinlock",
    kind: "lockdep",
    severity: Suspicious,
    pattern: "BUG: (?<what>(?:spinlock|rwlock|mutex) (?:bad magic|lockup suspected|lockup|already unlocked|wrong owner|wrong CPU|recursion|cpu recursion|trylock failure(?: on UP)?))",
    title: "BUG: {what} in {frame}|BUG: {what}",
    about: "A spinlock was used wrongly, or is held for too long.",
    advice: "Look for the path of the title's function that takes the lock twice, or uses it before it is initialised.",
    ..Rule::LINUX
};
