//! Which ostool a file was written for.

use std::fmt;

use Generation::{V0_8, V0_24, V0_31};

/// A generation of ostool's configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// Up to 0.8: patterns over finished lines, no typing, no limit.
    V0_8,
    /// Up to 0.24: one command is typed, patterns over bytes, a limit.
    V0_24,
    /// From 0.29 on, as 0.31 reads it: steps with commands and patterns of their own.
    V0_31,
}

/// Every key of a QEMU configuration, and the generations that read it.
const KEYS: [(&str, &[Generation]); 11] = [
    ("args", &[V0_8, V0_24, V0_31]),
    ("uefi", &[V0_8, V0_24, V0_31]),
    ("to_bin", &[V0_8, V0_24, V0_31]),
    ("fail_regex", &[V0_8, V0_24, V0_31]),
    ("success_regex", &[V0_8, V0_24]),
    ("shell_prefix", &[V0_24]),
    ("shell_init_cmd", &[V0_24]),
    ("timeout", &[V0_24, V0_31]),
    ("shell_check_steps", &[V0_31]),
    ("initramfs", &[V0_31]),
    ("cmdline", &[V0_31]),
];

impl Generation {
    /// The generation that a file with the keys for which `has` holds is of. Up to 0.24 `success_regex` was required.
    pub(crate) fn of(has: impl Fn(&str) -> bool) -> Generation {
        if ["shell_check_steps", "initramfs", "cmdline"].into_iter().any(&has)
            || !has("success_regex")
        {
            return V0_31;
        }
        let newer = ["shell_prefix", "shell_init_cmd", "timeout"].into_iter().any(&has);
        if newer || !has("to_bin") { V0_24 } else { V0_8 }
    }

    /// The keys that it reads.
    pub(crate) fn keys(self) -> Vec<&'static str> {
        KEYS.iter().filter(|(_, read)| read.contains(&self)).map(|(key, _)| *key).collect()
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            V0_8 => "ostool 0.8",
            V0_24 => "ostool 0.24",
            V0_31 => "ostool 0.31",
        })
    }
}
