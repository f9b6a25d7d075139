use super::{Rule, Severity::Suspicious};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "linux-netdevice",
    kind: "leak",
    severity: Suspicious,
    pattern: r"unregister_netdevice: waiting for \S+ to become free",
    title: "unregister_netdevice: waiting for DEV to become free",
    excerpt: Excerpt::MESSAGE,
    about: "A network device is still in use after its end.",
    advice: "Look for a reference to the device that is not put.",
    ..Rule::LINUX
};
