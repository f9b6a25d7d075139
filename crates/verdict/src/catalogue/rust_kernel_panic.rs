use super::{Rule, Severity::Fatal};

pub(super) const RULE: Rule = Rule {
    name: "rust-kernel-panic",
    kind: "panic",
    severity: Fatal,
    pattern: r"rust_kernel: panicked at (?<old>'.+?', )?(?<file>[\w./\\-]+?):\d+:\d+",
    title: "{message} in {frame}|panicked at {file}: {message}|panicked at {file}",
    detail: Some(r"^(?:\[.+\] )*(?:rust_kernel: )?(?<message>[a-z][\w `']+)"),
    about: "Rust code in the Linux kernel panicked.",
    advice: "The message names the line of source; an overflow or an index is the usual cause.",
    ..Rule::LINUX
};
