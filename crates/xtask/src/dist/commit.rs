//! The commit that a tag of a release names: what a runner and those who use the actions need, and nothing else.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{copy, emptied};
use crate::failure::Failure;
use crate::process;

/// The workflow that GitHub runs for the tag. It has to be in the commit that the tag names.
const WORKFLOW: &str = ".github/workflows/release.yml";

/// The commit that a release is built of. Who made it, and when, is taken over, so that the release's commit is the
/// same wherever it is made.
pub(crate) struct Source {
    version: String,
    commit: String,
    name: String,
    email: String,
    date: String,
}

impl Source {
    /// The tag of the release.
    pub(crate) fn tag(&self) -> String {
        format!("v{}", self.version)
    }
}

/// What is checked out, if it may become this version: nothing but that commit goes into a release.
pub(crate) fn source(root: &Path, version: &str) -> Result<Source, Failure> {
    let current = env!("CARGO_PKG_VERSION");
    if version != current {
        return Err(Failure::user(format!(
            "`{version}` is not the workspace's version `{current}`"
        ))
        .hint("set the version in Cargo.toml and its date in CHANGELOG.md, and commit"));
    }
    let changed = git(root, &["status", "--porcelain"])?;
    if !changed.is_empty() {
        return Err(Failure::user("the checkout differs from its commit").hint("commit, or stash"));
    }
    read(root, version)
}

/// Refuses what was built while somebody committed or changed something: nobody knows which of it is in the programs.
pub(crate) fn check_unchanged(root: &Path, source: &Source) -> Result<(), Failure> {
    let now = self::source(root, &source.version)?;
    if now.commit == source.commit {
        return Ok(());
    }
    let message =
        format!("the checkout went from {} to {} while it was built", source.commit, now.commit);
    Err(Failure::user(message).hint("build again"))
}

/// What git tells of the commit that is checked out.
pub(crate) fn read(root: &Path, version: &str) -> Result<Source, Failure> {
    let about = git(root, &["log", "-1", "--date=raw", "--format=%H%n%an%n%ae%n%ad"])?;
    let mut lines = about.lines().map(str::to_owned);
    let mut line = || lines.next().unwrap_or_default();
    Ok(Source {
        version: version.to_owned(),
        commit: line(),
        name: line(),
        email: line(),
        date: line(),
    })
}

/// Makes the release's commit in `clone`, which is made anew, with the programs of `root`, and gives its id. Its parent
/// is its source.
pub(crate) fn make(root: &Path, source: &Source, clone: &Path) -> Result<String, Failure> {
    emptied(clone.to_owned())?;
    let (from, to) = (root.display().to_string(), clone.display().to_string());
    git(root, &["clone", "--quiet", "--shared", "--no-checkout", &from, &to])?;
    git(clone, &["update-ref", "HEAD", &source.commit])?;
    let files = git(root, &["ls-tree", "-r", "--name-only", &source.commit])?;
    let wanted: Vec<&str> = files.lines().filter(|file| belongs(root, file)).collect();
    // Nothing was checked out, so these are all that the index holds.
    git(clone, &[&["checkout", "--quiet", &source.commit, "--"], &wanted[..]].concat())?;
    for part in ["dist/manifest.json", "dist/bin"] {
        copy_all(&root.join(part), &clone.join(part))?;
    }
    // Ignored in the checkout that they were built in.
    git(clone, &["add", "--force", "dist"])?;
    let message = format!("Release {}\n\nBuilt from {}.", source.version, source.commit);
    process::output(as_author(
        &mut command(clone, &["commit", "--quiet", "-m", &message]),
        source,
    ))?;
    Ok(git(clone, &["rev-parse", "HEAD"])?.trim().to_owned())
}

/// Whether a file of the source is for those who use the actions.
fn belongs(root: &Path, file: &str) -> bool {
    let parts: Vec<&str> = file.split('/').collect();
    match parts[..] {
        // What the front page shows and leads to.
        ["docs" | "examples", ..] => true,
        ["actions", _, name] => ["action.yml", "main.cjs", "post.cjs", "README.md"].contains(&name),
        [".github", "workflows", _] => file == WORKFLOW || is_reusable(&root.join(file)),
        [name] => ["README.md", "SECURITY.md"].contains(&name) || name.starts_with("LICENSE"),
        _ => file == "dist/launch.cjs",
    }
}

fn is_reusable(workflow: &Path) -> bool {
    fs::read_to_string(workflow).is_ok_and(|text| text.contains("\n  workflow_call:"))
}

fn copy_all(from: &Path, to: &Path) -> Result<(), Failure> {
    if !from.is_dir() {
        return copy(from, to);
    }
    let entries = fs::read_dir(from).map_err(Failure::path("reading", from))?;
    entries.flatten().try_for_each(|entry| copy_all(&entry.path(), &to.join(entry.file_name())))
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
    process::output(&mut command(folder, arguments))
}

/// Without anybody's own configuration: it may sign, run hooks or change the ends of lines.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.args(arguments).current_dir(folder);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    git
}

fn as_author<'a>(git: &'a mut Command, source: &Source) -> &'a mut Command {
    for role in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{role}_NAME"), &source.name)
            .env(format!("GIT_{role}_EMAIL"), &source.email)
            .env(format!("GIT_{role}_DATE"), &source.date);
    }
    git
}
