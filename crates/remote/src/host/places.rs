//! Where things are on the host.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use problem::Problem;

/// How many trees of different repositories a slot keeps.
const TREES: usize = 4;

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

/// Removes the trees that were used least lately.
pub(super) fn prune(slot: &Path) -> io::Result<()> {
    let trees = fs::read_dir(slot.join("trees"))?.filter_map(Result::ok).map(|entry| entry.path());
    let mut trees: Vec<PathBuf> = trees.collect();
    let used = |tree: &PathBuf| {
        let written = fs::metadata(tree.join("index")).and_then(|index| index.modified());
        std::cmp::Reverse(written.unwrap_or(SystemTime::UNIX_EPOCH))
    };
    trees.sort_by_key(used);
    trees.iter().skip(TREES).try_for_each(fs::remove_dir_all)
}
