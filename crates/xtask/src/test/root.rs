//! In a chroot `/` is no mount point, and there nothing gets mounts of its own: no `unshare --mount`, no container. So the tests
//! get the same files with `/` mounted.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::failure::Failure;
use crate::project;

/// Run with the folder, where to begin, and what is to be run.
const MOUNTED: &str =
    r#"mount --rbind / "$0" && at=$1 && shift && exec chroot "$0" env -C "$at" "$@""#;

/// The command where `/` is mounted.
pub(super) fn mounted(command: Command) -> Result<Command, Failure> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    if has_root(&mounts) || !are_root() {
        return Ok(command);
    }
    let folder = project::root().join("target/root");
    fs::create_dir_all(&folder).map_err(Failure::path("making", &folder))?;
    let mut outer = Command::new("unshare");
    outer.args(["--mount", "--propagation", "unchanged", "sh", "-c", MOUNTED]);
    outer.arg(folder).arg(project::root()).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    Ok(outer)
}

fn are_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

/// Where nothing is known of mounts, nothing is done about them.
fn has_root(mounts: &str) -> bool {
    mounts.is_empty() || mounts.lines().any(|line| line.split(' ').nth(4) == Some("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_a_chroot_is_no_mount_point() {
        let proc = "24 1 0:21 / /proc rw,relatime shared:5 - proc proc rw";
        assert!(!has_root(proc));
        assert!(has_root(&format!("{proc}\n1 0 254:0 / / rw - ext4 /dev/vda rw")));
    }
}
