//! What is cached: the paths as the user wrote them, and where they lead.

use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::layout::{Layout, Place};
use problem::Problem;

/// How we pack. Entries packed otherwise have another version, and are never offered to us.
const METHOD: &str = "zstd-without-long";

/// What GitHub's client adds, to be able to change its mind.
const SALT: &str = "1.0";

/// Files and folders that make one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    inputs: Vec<String>,
    workspace: PathBuf,
    targets: Vec<PathBuf>,
}

impl Paths {
    /// Paths in the spelling of the user: relative to `workspace`, absolute, or below `~`. The spelling is a part of the
    /// entry's identity; another one of the same path is another entry.
    ///
    /// # Errors
    /// There is none, one is a pattern or holds the workspace itself, or `~` is used and there is no `home`.
    pub fn new<S: AsRef<str>>(
        inputs: &[S],
        workspace: &Path,
        home: Option<&Path>,
    ) -> Result<Paths, Problem> {
        let inputs: Vec<String> = inputs.iter().map(|input| input.as_ref().to_owned()).collect();
        if inputs.is_empty() {
            return Err(Problem::user("no path to cache is given"));
        }
        let workspace = std::path::absolute(workspace).map_err(Problem::path("find", workspace))?;
        let workspace = normal(&workspace);
        let targets: Result<Vec<PathBuf>, Problem> =
            inputs.iter().map(|input| target(input, &workspace, home)).collect();
        Ok(Paths { inputs, workspace, targets: outermost(targets?) })
    }

    /// Where the paths lead: absolute, without those that lie in another one.
    pub fn targets(&self) -> &[PathBuf] {
        &self.targets
    }

    /// The hash that tells entries of the same key but of other paths apart, as GitHub's client makes it.
    pub fn version(&self) -> String {
        let parts = self.inputs.iter().map(String::as_str).chain([METHOD, SALT]);
        let text = parts.collect::<Vec<_>>().join("|");
        hex(&Sha256::digest(text))
    }

    /// Names relative to the workspace, as GitHub's client has them.
    pub(crate) fn layout(&self) -> Layout {
        let place = |target: &PathBuf| Place { at: target.clone(), target: target.clone() };
        Layout { base: self.workspace.clone(), places: self.targets.iter().map(place).collect() }
    }

    /// Names that start with the number of the path, so that the archive fits wherever the paths lead next time.
    pub(crate) fn numbered_layout(&self) -> Layout {
        let root = Path::new("/");
        let place = |(number, target): (usize, &PathBuf)| Place {
            at: root.join(number.to_string()),
            target: target.clone(),
        };
        Layout { base: root.into(), places: self.targets.iter().enumerate().map(place).collect() }
    }
}

/// The digits of a hash.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn target(input: &str, workspace: &Path, home: Option<&Path>) -> Result<PathBuf, Problem> {
    let path = input.trim();
    if path.is_empty() || path.starts_with(['!', '#']) || path.contains(['*', '?', '[', '\\', '\0'])
    {
        return Err(Problem::user(format!("`{}` is no path to cache", input.escape_debug()))
            .hint("name the file or the folder itself: patterns are not supported"));
    }
    let target = match path.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            let home = home.ok_or_else(|| {
                Problem::user(format!("`{input}` cannot be found: there is no home folder"))
            })?;
            home.join(rest.trim_start_matches('/'))
        }
        _ => workspace.join(path),
    };
    let target = normal(&target);
    if workspace.starts_with(&target) {
        return Err(Problem::user(format!("`{input}` holds the workspace and cannot be cached"))
            .hint("name a folder inside of the workspace, or one beside it"));
    }
    Ok(target)
}

/// Each path once, and none that another one holds.
fn outermost(targets: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut kept: Vec<PathBuf> = Vec::new();
    for target in &targets {
        let inside = |other: &PathBuf| other != target && target.starts_with(other);
        if !targets.iter().any(inside) && !kept.contains(target) {
            kept.push(target.clone());
        }
    }
    kept
}

/// Without `.` and `..`, by the text alone.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::from("/");
    for component in path.components() {
        match component {
            Component::ParentDir => drop(normal.pop()),
            Component::Normal(name) => normal.push(name),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(inputs: &[&str]) -> Result<Paths, Problem> {
        Paths::new(inputs, Path::new("/home/u/work/ws"), Some(Path::new("/home/u")))
    }

    #[test]
    fn the_version_is_the_one_that_githubs_client_sends() {
        let version = paths(&["data", "~/ghatest-home"]).unwrap().version();
        assert!(version.starts_with("99fea341") && version.ends_with("d7f6a"), "{version}");
        assert_eq!(version.len(), 64);
    }

    #[test]
    fn paths_lead_where_githubs_client_finds_them() {
        let paths = paths(&["data/", "~/x", "/opt/./q/../p", "../beside", "~"]);
        assert!(paths.unwrap_err().message.contains("holds the workspace"));
        let paths = self::paths(&["data/", "~/x", "/opt/./q/../p", "../beside"]).unwrap();
        let led = ["/home/u/work/ws/data", "/home/u/x", "/opt/p", "/home/u/work/beside"];
        assert_eq!(paths.targets(), led.map(PathBuf::from));
    }

    #[test]
    fn a_path_inside_of_another_is_cached_once() {
        let paths = paths(&["a/b", "a", "a", "ab"]).unwrap();
        assert_eq!(paths.targets(), ["a", "ab"].map(|at| Path::new("/home/u/work/ws").join(at)));
    }

    #[test]
    fn patterns_and_the_workspace_are_refused() {
        for input in ["", " ", "*.o", "!x", "#x", "a?", ".", "..", "/", "a/.."] {
            assert!(paths(&[input]).is_err(), "{input}");
        }
        assert!(Paths::new(&["~/x"], Path::new("/ws"), None).is_err());
    }
}
