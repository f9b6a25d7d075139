//! `bootgate spec check`: what it prints, and its exit codes.

use std::path::{Path, PathBuf};

use crate::world::World;

/// Files with a hazard each.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ostool/tests/hazards");
    let entries = std::fs::read_dir(folder).expect("the fixtures").flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// A folder with the fixtures, and their names.
fn world() -> (World, Vec<String>) {
    let world = World::new();
    let mut names = Vec::new();
    for path in fixtures() {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        world.file(&name, std::fs::read(&path).expect("a fixture"));
        names.push(name);
    }
    (world, names)
}

fn check<'a>(flags: &[&'a str], names: &'a [String]) -> Vec<&'a str> {
    [&["spec", "check"], flags]
        .concat()
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect()
}

#[test]
fn every_hazard_is_printed_with_its_place_and_the_next_step() {
    let (world, names) = world();
    let ran = world.run(&check(&[], &names));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    assert_eq!(ran.stdout, include_str!("spec_check.txt"));
}

#[test]
fn hazards_are_the_same_as_json() {
    let (world, names) = world();
    let json = world.run(&check(&["--json"], &names)).json();
    let hazards = json["hazards"].as_array().cloned().unwrap_or_default();
    let head = |hazard: &serde_json::Value| {
        let [file, name] = ["file", "name"].map(|key| hazard[key].as_str().unwrap_or_default());
        format!("{file}:{}:{}: {name}: ", hazard["line"], hazard["column"])
    };
    let printed = include_str!("spec_check.txt").lines().step_by(2);
    assert_eq!(hazards.len(), printed.clone().count());
    for (hazard, line) in hazards.iter().zip(printed) {
        assert!(line.starts_with(&head(hazard)), "{line}: {hazard}");
    }
}

#[test]
fn a_boot_test_is_checked_too_and_a_clean_one_exits_0() {
    let world = World::new();
    let machine = "machine: { qemu: { arch: x86_64, kernel: k } }\n";
    let steps = "steps:\n  - send: \"echo ok\\n\"\n";
    world.file("clean.yaml", format!("{machine}{steps}pass: \"^ok$\"\n"));
    world.file("typed.yaml", format!("{machine}{steps}pass: \"ok$\"\n"));
    let clean = world.run(&["spec", "check", "clean.yaml"]);
    assert_eq!((clean.code, clean.stdout.as_str(), clean.stderr.as_str()), (Some(0), "", ""));
    let typed = world.run(&["spec", "check", "clean.yaml", "typed.yaml"]);
    assert_eq!(typed.code, Some(1));
    assert!(typed.stdout.starts_with("typed.yaml:4:1: pass-text-in-typed: "), "{}", typed.stdout);
}

#[test]
fn a_file_that_cannot_be_read_exits_2_and_the_others_are_checked() {
    let (world, _) = world();
    world.file("broken.toml", "args = [\n");
    world.file("broken.yaml", "machine: 1\n");
    let files = ["broken.toml", "broken.yaml", "nowhere.toml", "no-success.toml"];
    let ran = world.run(&[&["spec", "check"], &files[..]].concat());
    assert_eq!(ran.code, Some(2));
    assert!(ran.stdout.starts_with("no-success.toml:4:1: no-success: "), "{}", ran.stdout);
    for wanted in
        ["broken.toml:1:9: ", "broken.yaml:1:10: ", "cannot read `nowhere.toml`: there is no"]
    {
        assert!(ran.stderr.contains(wanted), "{wanted}: {}", ran.stderr);
    }
}
