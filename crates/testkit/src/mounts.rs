//! File systems and networks of a test's own.

use std::process::Command;

/// A command in a namespace of its own of this kind, by `unshare`'s letter for it, where it may do what root may, whoever runs
/// it.
pub(crate) fn in_own(kind: char) -> Command {
    let is_root = rustix::process::getuid().is_root();
    let mut command = Command::new("unshare");
    command.arg(if is_root { format!("-{kind}") } else { format!("-r{kind}") });
    command
}

/// `sh -c` in a mount namespace of its own, where it may mount whoever runs it. The root of a changed root is no mount
/// point, so that its propagation has to stay as it is.
pub fn mounting_shell() -> Command {
    let mut command = in_own('m');
    command.args(["--propagation", "unchanged", "sh", "-c"]);
    command
}
