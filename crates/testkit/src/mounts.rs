//! File systems of a test's own.

use std::process::Command;

/// `sh -c` in a mount namespace of its own, where it may mount whoever runs it. The root of a changed root is no mount
/// point, so that its propagation has to stay as it is.
pub fn mounting_shell() -> Command {
    let is_root = rustix::process::getuid().is_root();
    let mut command = Command::new("unshare");
    command.args(["--propagation", "unchanged", if is_root { "-m" } else { "-rm" }, "sh", "-c"]);
    command
}
