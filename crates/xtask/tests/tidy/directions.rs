//! Which crate may know which: the table of the design, compared with `cargo metadata`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::tree;

/// What every action may use.
const BELOW_ACTIONS: &[&str] = &[
    "access",
    "cache",
    "evidence",
    "fetch",
    "gha",
    "image",
    "lab",
    "ostool",
    "pipeline",
    "problem",
    "promotion",
    "registry",
    "release",
    "remote",
    "report",
    "rootfs",
    "spec",
    "supervise",
    "symbols",
    "tarball",
    "trial",
    "verdict",
    "vm",
    "wire",
];

/// Crate and what it may use of the others. Whatever is not written here is forbidden.
const MAY_USE: &[(&str, &[&str])] = &[
    ("access", &["image", "problem", "spec", "supervise", "trial"]),
    ("cache", &["problem", "supervise", "tarball", "wire"]),
    ("evidence", &["fetch", "problem", "registry", "supervise", "wire"]),
    ("fetch", &["problem", "supervise", "tarball", "wire"]),
    ("gha", &["cache", "problem", "spec", "supervise", "trial", "verdict", "wire"]),
    ("image", &["problem", "supervise", "tarball"]),
    ("ktap", &[]),
    ("lab", &["image", "registry", "remote", "spec", "supervise", "trial", "verdict", "vm"]),
    ("ostool", &["problem", "spec", "verdict"]),
    ("pipeline", &["problem", "spec"]),
    ("problem", &[]),
    // Pure: digests are of `fetch`, names of images of `registry`.
    ("promotion", &["fetch", "problem", "registry", "spec"]),
    ("registry", &["fetch", "problem", "supervise", "wire"]),
    ("release", &["fetch", "problem", "wire"]),
    ("remote", &["problem", "supervise", "wire"]),
    ("report", &["gha", "supervise", "trial", "verdict"]),
    ("rootfs", &["fetch", "image", "problem", "registry", "wire"]),
    ("spec", &["problem", "supervise", "verdict"]),
    ("supervise", &[]),
    ("symbols", &["problem"]),
    ("tarball", &[]),
    ("testkit", BELOW_ACTIONS),
    ("trial", &["problem", "spec", "supervise", "symbols", "verdict"]),
    // Pure: it starts no process, so it does not need what supervises them.
    ("verdict", &["ktap"]),
    ("vm", &["access", "spec", "supervise", "trial", "verdict"]),
    ("wire", &["problem"]),
    ("xtask", &["image"]),
];

/// A package of the workspace and one that it uses.
struct Use {
    from: String,
    to: String,
    in_tests: bool,
}

struct Workspace {
    /// Names, and whether it is an action.
    packages: BTreeMap<String, bool>,
    uses: Vec<Use>,
}

impl Workspace {
    fn read() -> Workspace {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
            .current_dir(tree::root());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Workspace::parse(&serde_json::from_slice(&output.stdout).unwrap())
    }

    fn parse(metadata: &Value) -> Workspace {
        let packages = metadata["packages"].as_array().unwrap();
        let names: BTreeMap<String, bool> =
            packages.iter().map(|package| (name(package), is_action(package))).collect();
        let uses =
            packages.iter().flat_map(uses).filter(|used| names.contains_key(&used.to)).collect();
        Workspace { packages: names, uses }
    }

    fn may(&self, used: &Use) -> bool {
        let (from, to) = (used.from.as_str(), used.to.as_str());
        if to == "testkit" {
            return used.in_tests;
        }
        match MAY_USE.iter().find(|(name, _)| *name == from) {
            Some((_, below)) => below.contains(&to),
            None if from == "bootgate" => self.packages[to] || BELOW_ACTIONS.contains(&to),
            None => self.packages[from] && BELOW_ACTIONS.contains(&to),
        }
    }

    fn against(&self) -> Vec<String> {
        let against = self.uses.iter().filter(|used| !self.may(used));
        against.map(|used| format!("{} -> {}", used.from, used.to)).collect()
    }
}

fn name(package: &Value) -> String {
    package["name"].as_str().unwrap().to_owned()
}

fn is_action(package: &Value) -> bool {
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    manifest.parent().and_then(Path::parent).is_some_and(|folder| folder.ends_with("actions"))
}

fn uses(package: &Value) -> Vec<Use> {
    let used = |dependency: &Value| Use {
        from: name(package),
        to: name(dependency),
        in_tests: dependency["kind"] == "dev",
    };
    package["dependencies"].as_array().unwrap().iter().map(used).collect()
}

#[test]
fn dependencies_go_only_in_the_designs_directions() {
    let workspace = Workspace::read();
    assert!(workspace.uses.len() > 10, "too few dependencies were read");
    assert_eq!(workspace.against(), [""; 0]);
}

#[test]
fn every_crate_has_its_place_in_the_table() {
    for (package, is_action) in Workspace::read().packages {
        let known =
            is_action || package == "bootgate" || MAY_USE.iter().any(|(name, _)| *name == package);
        assert!(known, "`{package}` has no place in MAY_USE");
    }
}

#[test]
fn a_dependency_against_the_direction_is_found() {
    let package = |name: &str, folder: &str, uses: Value| serde_json::json!({ "name": name, "manifest_path": format!("/p/{folder}/{name}/Cargo.toml"), "dependencies": uses });
    let metadata = serde_json::json!({ "packages": [
        package("verdict", "crates", serde_json::json!([{ "name": "trial", "kind": null }])),
        package("trial", "crates", serde_json::json!([{ "name": "verdict", "kind": null }, { "name": "testkit", "kind": "dev" }])),
        package("vm", "crates", serde_json::json!([{ "name": "testkit", "kind": null }])),
        package("testkit", "crates", serde_json::json!([{ "name": "serde", "kind": null }])),
        package("one", "actions", serde_json::json!([{ "name": "two", "kind": null }, { "name": "vm", "kind": null }])),
        package("two", "actions", serde_json::json!([])),
        package("bootgate", "crates", serde_json::json!([{ "name": "one", "kind": null }, { "name": "xtask", "kind": null }])),
        package("xtask", "crates", serde_json::json!([{ "name": "vm", "kind": "dev" }])),
    ]});
    let against = Workspace::parse(&metadata).against();
    assert_eq!(
        against,
        ["verdict -> trial", "vm -> testkit", "one -> two", "bootgate -> xtask", "xtask -> vm"]
    );
}
