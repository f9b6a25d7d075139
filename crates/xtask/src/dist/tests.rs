//! The release's commit, made of a small repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::{TempDir, tempdir};

use super::{commit, copy};
use crate::process;

/// What the source has that a release has too, and then what it has not.
const FILES: [(&str, &str); 17] = [
    (".github/workflows/local-test.yml", "on:\n  workflow_call:\n"),
    (".github/workflows/release.yml", "on:\n  push:\n"),
    ("LICENSE-MIT", "x"),
    ("README.md", "x"),
    ("actions/one/README.md", "x"),
    ("actions/one/action.yml", "x"),
    ("actions/one/main.cjs", "x"),
    ("actions/one/post.cjs", "x"),
    ("dist/launch.cjs", "x"),
    ("docs/pictures/one.png", "x"),
    ("examples/one/smoke.yaml", "x"),
    (".github/workflows/ci.yml", "on:\n  push:\n"),
    ("Cargo.toml", "x"),
    ("actions/one/Cargo.toml", "x"),
    ("actions/one/src/main.rs", "x"),
    ("dist/README.md", "x"),
    ("crates/docs/lib.rs", "x"),
];

const BUILT: [&str; 2] = ["dist/bin/one/bootgate", "dist/manifest.json"];

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=Jo", "-c", "user.email=jo@example.com"]).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_AUTHOR_DATE", "1700000000 +0130");
    process::output(git.current_dir(folder)).unwrap()
}

/// A repository in which the programs were built, and git does not see them.
fn repository() -> TempDir {
    let folder = tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    let built = BUILT.map(|name| (name, "built"));
    for (name, text) in
        FILES.into_iter().chain(built).chain([(".gitignore", "/dist/bin\n/dist/manifest.json\n")])
    {
        fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        fs::write(folder.path().join(name), text).unwrap();
    }
    // A program keeps its mode.
    copy(Path::new("/bin/true"), &folder.path().join(BUILT[0])).unwrap();
    git(folder.path(), &["add", "--all"]);
    git(folder.path(), &["commit", "--quiet", "--message=State"]);
    folder
}

#[test]
fn a_release_holds_what_its_users_need_and_nothing_else() {
    let (root, clone) = (repository(), tempdir().unwrap());
    let source = commit::read(root.path(), "1.2.3").unwrap();
    let commit = commit::make(root.path(), &source, clone.path()).unwrap();
    let listed = git(clone.path(), &["ls-tree", "-r", "--name-only", &commit]);
    let mut wanted: Vec<&str> = FILES[..11].iter().map(|(name, _)| *name).chain(BUILT).collect();
    wanted.sort_unstable();
    assert_eq!(listed.lines().collect::<Vec<_>>(), wanted);
    let program = git(clone.path(), &["ls-tree", &commit, BUILT[0]]);
    assert!(program.starts_with("100755 "), "{program}");
    let parent = git(clone.path(), &["rev-parse", &format!("{commit}^")]);
    assert_eq!(parent, git(root.path(), &["rev-parse", "HEAD"]));
    assert_eq!(git(root.path(), &["status", "--porcelain"]), "");
}

#[test]
fn the_release_of_a_commit_is_the_same_commit_wherever_it_is_made() {
    let root = repository();
    let source = commit::read(root.path(), "1.2.3").unwrap();
    let one = tempdir().unwrap();
    let first = commit::make(root.path(), &source, one.path()).unwrap();
    let about = git(one.path(), &["log", "-1", "--date=raw", "--format=%an %ad %cn %cd"]);
    assert_eq!(about, "Jo 1700000000 +0130 Jo 1700000000 +0130\n");
    // A clone elsewhere, with no branch checked out, as a workflow has it.
    let other = tempdir().unwrap();
    let from = root.path().display().to_string();
    git(other.path(), &["clone", "--quiet", &from, "."]);
    git(other.path(), &["checkout", "--quiet", "--detach"]);
    for part in BUILT {
        copy(&root.path().join(part), &other.path().join(part)).unwrap();
    }
    let source = commit::read(other.path(), "1.2.3").unwrap();
    let again = tempdir().unwrap();
    assert_eq!(commit::make(other.path(), &source, again.path()).unwrap(), first);
}

#[test]
fn another_version_or_a_changed_checkout_makes_no_release() {
    let root = repository();
    let refused = |version: &str| format!("{:?}", commit::source(root.path(), version).err());
    assert!(refused("99.0.0").contains("`99.0.0` is not the workspace's version"));
    assert_eq!(refused(env!("CARGO_PKG_VERSION")), "None");
    fs::write(root.path().join("README.md"), "changed").unwrap();
    assert!(refused(env!("CARGO_PKG_VERSION")).contains("differs from its commit"));
}

#[test]
fn a_release_has_the_commit_that_was_built_for_its_parent_or_there_is_none() {
    let (root, clone) = (repository(), tempdir().unwrap());
    let source = commit::source(root.path(), env!("CARGO_PKG_VERSION")).unwrap();
    let built = git(root.path(), &["rev-parse", "HEAD"]);
    git(root.path(), &["commit", "--quiet", "--allow-empty", "--message=Later"]);
    let made = commit::make(root.path(), &source, clone.path()).unwrap();
    assert_eq!(git(clone.path(), &["rev-parse", &format!("{made}^")]), built);
    let changed = format!("{:?}", commit::check_unchanged(root.path(), &source).err());
    assert!(changed.contains("while it was built"), "{changed}");
}
