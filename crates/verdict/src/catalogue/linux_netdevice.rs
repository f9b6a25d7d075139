use super::{Rule, Severity::Suspicious};

pub(super) const RULE: Rule = Rule {
    name: "linux-netdevice",
    kind: "leak",
    severity: Suspicious,
    pattern: r"unregister_netdevice: waiting for \S+ to become free",
    title: "unregister_netdevice: waiting for a device to become free",
    about: "A network device is still in use after its end.",
};
