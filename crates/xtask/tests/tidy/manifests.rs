//! What every package and the changelog must say.

use crate::tree;

/// The packages' manifests, without the workspace's own and those of the fuzz targets, examples and tests, which are
/// outside of it.
fn packages() -> Vec<&'static tree::Text> {
    let outside = |text: &&tree::Text| {
        ["fuzz", "examples", "crates/bootgate/tests"].iter().any(|part| text.path.starts_with(part))
    };
    let found: Vec<_> = tree::ending(&["/Cargo.toml"]).filter(|text| !outside(text)).collect();
    assert!(found.len() >= 10, "too few packages were found");
    found
}

#[test]
fn every_package_takes_the_workspaces_lints_and_version() {
    for package in packages() {
        for line in
            ["[lints]\nworkspace = true\n", "\nversion.workspace = true\n", "\ndescription = "]
        {
            assert!(package.text.contains(line), "{} lacks {line:?}", package.shown());
        }
    }
}

#[test]
fn every_version_of_a_dependency_is_in_the_workspaces_manifest() {
    for package in packages() {
        let dependencies = package.text.lines().skip_while(|line| !line.contains("dependencies]"));
        for line in dependencies
            .take_while(|line| !line.starts_with("[[") && !line.starts_with("[features"))
        {
            let plain = line.is_empty() || line.starts_with(['[', '#', ' ', ']']);
            assert!(plain || line.contains("workspace = true"), "{}: `{line}`", package.shown());
        }
    }
}

#[test]
fn the_changelog_has_the_current_version() {
    let changelog = tree::texts().iter().find(|text| text.shown() == "CHANGELOG.md").unwrap();
    let heading = concat!("## [", env!("CARGO_PKG_VERSION"), "]");
    assert!(
        changelog.text.lines().any(|line| line.starts_with(heading)),
        "CHANGELOG.md has no `{heading}`"
    );
}
