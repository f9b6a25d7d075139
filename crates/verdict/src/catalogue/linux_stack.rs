use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "linux-stack",
    kind: "stack",
    severity: Fatal,
    pattern: r"corrupted stack end detected|[Kk]ernel stack is corrupted in|stack guard page was hit|kernel stack overflow|Insufficient stack space to handle exception",
    title: "kernel stack corrupted",
    about: "A kernel stack was overrun.",
};
