//! Where things are on the host.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use problem::Problem;

/// How many trees of different repositories a slot keeps, and how many programs a host.
const KEPT: usize = 4;

/// The folder of all that stays on the host: `~/.cache/bootgate/remote`, or where that is.
pub(super) fn base() -> Result<PathBuf, Problem> {
    let cache = env::var_os("XDG_CACHE_HOME").filter(|it| Path::new(it).is_absolute());
    let home = || Some(PathBuf::from(env::var_os("HOME")?).join(".cache"));
    let cache = cache.map(PathBuf::from).or_else(home);
    let cache = cache.ok_or_else(|| Problem::infrastructure("the user there has no home"))?;
    let base = cache.join("bootgate/remote");
    fs::create_dir_all(&base).map_err(Problem::path("make", &base))?;
    Ok(base)
}

/// The folder of a repository's tree in a slot.
pub(super) fn tree(slot: &Path, name: &str) -> PathBuf {
    slot.join("trees").join(crate::tree::Digest::of(name.as_bytes()).to_string())
}

/// Removes the trees and the programs that were used least lately.
pub(super) fn prune(base: &Path, slot: &Path) -> io::Result<()> {
    // A tree is used when its index is written, and a program when it is sent.
    for tree in oldest(&slot.join("trees"), |tree| tree.join("index"))? {
        fs::remove_dir_all(tree)?;
    }
    let own = env::current_exe()?;
    let programs = oldest(&base.join("programs"), Path::to_path_buf)?;
    // Whoever runs one of them still does.
    programs.iter().filter(|program| **program != own).try_for_each(fs::remove_file)
}

/// What is in a folder, but for what was used last, by the times of a file of each.
fn oldest(folder: &Path, dated: impl Fn(&Path) -> PathBuf) -> io::Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort_by_cached_key(|path| {
        let written = fs::metadata(dated(path)).and_then(|about| about.modified());
        std::cmp::Reverse(written.unwrap_or(SystemTime::UNIX_EPOCH))
    });
    Ok(paths.split_off(KEPT.min(paths.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn what_was_used_last_stays() {
        let folder = tempfile::tempdir().unwrap();
        for age in 0..6_u64 {
            let file = fs::File::create(folder.path().join(age.to_string())).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(60 * age)).unwrap();
        }
        let old = oldest(folder.path(), Path::to_path_buf).unwrap();
        assert_eq!(old, ["4", "5"].map(|name| folder.path().join(name)));
        assert_eq!(oldest(&folder.path().join("absent"), Path::to_path_buf).unwrap().len(), 0);
    }
}
