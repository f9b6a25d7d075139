use super::{Rule, Severity::Fatal};
use crate::Excerpt;

pub(super) const RULE: Rule = Rule {
    name: "bsd-asan",
    kind: "kasan",
    severity: Fatal,
    pattern: r"panic: Caught (?<open>invalid memory access) at|panic: ASan: Invalid access, (?<free>\d+-byte (?:read|write))|ASan: (?<net>Unauthorized Access) [Ii]n",
    title: "KASAN: {open} in {frame}|panic: ASan: Invalid access, {free} in {frame}|ASan: {net} in {frame}|ASan: {free}{net}",
    excerpt: Excerpt::TRACE,
    about: "A BSD kernel's address sanitizer caught a bad access.",
    advice: "The backtrace shows the access; look for who freed or sized the memory.",
    ..Rule::LINUX
};
