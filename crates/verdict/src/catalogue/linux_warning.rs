use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-warning",
    kind: "warning",
    severity: Suspicious,
    pattern: r"WARNING: (?:CPU: \d+ )?(?:PID: \d+ )?at (?<place>\S+)|WARNING: (?<new>[\w./-]+\.[chS]:\d+) at |WARNING: kernel stack (?<stack>\w+) |WARNING: (?<stack2>stack (?:recursion|going))|(?:refcount_t|ODEBUG|kobject(?:_\w+)?): (?<lib>saturated|underflow|addition on 0|decrement hit 0|hit zero|free active|activate active|init active|assert_init|.* that is already in use|tried to init an initialized)",
    title: "WARNING at {place}{new}{stack}{stack2}{lib}",
    about: "The kernel saw something that must not be, and went on.",
};
