//! What a disk takes of this machine, looked at before it is taken.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use image::{Kind, Tree};
use problem::Problem;
use rootfs::free;

const MIB: u64 = 1 << 20;

/// What each file takes beside its content, in bytes.
const NODE: u64 = 512;

/// What a system may write at its first boots, in bytes, besides a quarter of what it is.
const FIRST_BOOTS: u64 = 256 * MIB;

/// What we and the programs that write file systems need of memory, in bytes.
const MEMORY: u64 = 192 * MIB;

/// What the files of a tree take, in bytes.
pub(crate) fn content(tree: &Tree) -> u64 {
    let taken = tree.iter().map(|(_, node)| match &node.kind {
        Kind::File(content) => content.size().div_ceil(4096).saturating_mul(4096),
        Kind::Folder => 4096,
        _ => 0,
    });
    taken.fold(0, |sum: u64, bytes| sum.saturating_add(bytes + NODE))
}

/// How large a file system is that holds a tree and can be booted, in bytes.
pub(crate) fn to_boot(tree: &Tree) -> u64 {
    let content = content(tree);
    content.saturating_add(content / 4 + FIRST_BOOTS).div_ceil(MIB).saturating_mul(MIB)
}

/// That there is enough on the disks with these folders, which need not be there yet, for so many bytes each.
///
/// # Errors
/// There is not.
pub(crate) fn check(wanted: &[(&Path, u64)]) -> Result<(), Problem> {
    let mut disks = BTreeMap::<u64, (PathBuf, u64)>::new();
    for (folder, bytes) in wanted {
        let there = nearest(folder)?;
        let device = there.metadata().map_err(Problem::path("read", &there))?.dev();
        disks.entry(device).or_insert((there, 0)).1 += bytes;
    }
    disks.into_values().try_for_each(|(there, needed)| {
        let free = free(&there)?;
        if free >= needed {
            return Ok(());
        }
        let why = format!(
            "there is not enough space: {} MiB are needed in `{}`, and {} MiB are free",
            needed.div_ceil(MIB),
            there.display(),
            free / MIB
        );
        Err(Problem::infrastructure(why).hint("free some space there, or use a larger runner"))
    })
}

/// The folder itself, or what is above it where it is not there.
pub(crate) fn nearest(folder: &Path) -> Result<PathBuf, Problem> {
    let full = std::path::absolute(folder).map_err(Problem::path("find", folder))?;
    let there = full.ancestors().find(|path| path.exists());
    Ok(there.unwrap_or(Path::new("/")).to_owned())
}

/// That there is enough memory.
///
/// # Errors
/// There is not.
pub(crate) fn check_memory() -> Result<(), Problem> {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    // Where it is not told, it is not asked for.
    match available(&text).filter(|bytes| *bytes < MEMORY) {
        Some(bytes) => Err(Problem::infrastructure(format!(
            "there is not enough memory: {} MiB are needed, and {} MiB are free",
            MEMORY / MIB,
            bytes / MIB
        ))
        .hint("end what takes it, or use a larger runner")),
        None => Ok(()),
    }
}

fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_there_is_on_a_disk_is_refused_with_both_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let later = folder.path().join("not/yet");
        let free = free(folder.path()).unwrap();
        check(&[(&later, 1)]).unwrap();
        // Both are on one disk, so that what they take is added.
        let problem = check(&[(&later, free / 2), (folder.path(), free)]).unwrap_err();
        assert!(problem.exit_code() == 3 && problem.message.contains("MiB are free"), "{problem}");
    }

    #[test]
    fn free_memory_is_read_as_linux_tells_it() {
        let text = "MemTotal:       16384 kB\nMemAvailable:     2048 kB\n";
        assert_eq!(available(text), Some(2 << 20));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
    }
}
