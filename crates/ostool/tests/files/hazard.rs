//! Each hazard has a fixture, which has it and no other, a module, and a heading in the docs.

use std::path::Path;

use ostool::{Document, Hazard, Subject, hazards};

use crate::{config, file, lookup, text};

fn subject(name: &str) -> Subject {
    Subject::from(&config(&text(&format!("hazards/{name}.toml")), &format!("{name}.toml")))
}

fn places(hazards: &[Hazard]) -> Vec<(&str, u32, u32)> {
    hazards.iter().map(|hazard| (hazard.name, hazard.line, hazard.column)).collect()
}

#[test]
fn every_fixture_has_its_hazard_and_no_other() {
    for name in hazards::names() {
        let guests = if name == "shared-any-of" { 2 } else { 1 };
        let found = hazards(&[subject(name)], guests);
        assert!(!found.is_empty() && found.iter().all(|hazard| hazard.name == name), "{found:#?}");
    }
}

#[test]
fn every_hazard_stands_where_it_is_written() {
    let at = |name, guests| {
        let found = hazards(&[subject(name)], guests);
        found.into_iter().map(|hazard| (hazard.line, hazard.column)).collect::<Vec<_>>()
    };
    assert_eq!(at("no-timeout", 1), [(1, 1)]);
    assert_eq!(at("hypervisor-greeting", 0), [(4, 18)]);
    assert_eq!(at("shared-any-of", 2), [(4, 18)]);
    assert_eq!(at("ignored-key", 1), [(4, 1), (5, 1)]);
    assert_eq!(at("half-line", 1), [(4, 18)]);
    assert_eq!(at("no-success", 1), [(4, 1)]);
    assert_eq!(at("pass-text-in-typed", 1), [(4, 18)]);
}

#[test]
fn every_hazard_is_a_module_and_a_heading_of_the_docs() {
    let docs = std::fs::read_to_string(file("../../../docs/hazards.md")).unwrap();
    let headings = docs.lines().filter_map(|line| line.strip_prefix("## "));
    let mut headings: Vec<&str> = headings.collect();
    headings.sort_unstable();
    assert_eq!(headings, hazards::names());
    for name in headings {
        let module = file("../src/hazards").join(name.replace('-', "_")).with_extension("rs");
        assert!(module.is_file(), "{}", module.display());
    }
}

#[test]
fn one_list_is_shared_by_two_files_or_by_two_guests_of_a_build() {
    let two = || {
        ["arceos.toml", "linux.toml"]
            .map(|name| Subject::from(&config(&text("hazards/shared-any-of.toml"), name)))
    };
    assert_eq!(places(&hazards(&two(), 0)), [("shared-any-of", 4, 18); 2]);
    assert_eq!(places(&hazards(&[subject("shared-any-of")], 1)), []);
    let build = text("hazards/shared-any-of.build.toml");
    assert_eq!(
        ostool::read(&build, Path::new("build.toml"), &lookup),
        Ok(Document::Build { guests: 2 })
    );
    let guest = "[base]\nid = 1\n[kernel]\nentry_point = 0x8020_0000\n[devices]\n";
    assert_eq!(ostool::read(guest, Path::new("vm.toml"), &lookup), Ok(Document::Guest));
}

#[test]
fn a_greeting_that_is_not_the_last_step_is_none() {
    assert_eq!(hazards(&[Subject::from(&config(&text("configurations/0.31.toml"), "x"))], 1), []);
}

#[test]
fn a_limit_of_nothing_is_no_limit() {
    let text = text("hazards/half-line.toml").replace("600", "0");
    let found = hazards(&[Subject::from(&config(&text, "x.toml"))], 1);
    assert_eq!(places(&found), [("half-line", 4, 18), ("no-timeout", 7, 1)]);
}

#[test]
fn an_echo_comes_back_at_the_next_step_that_waits() {
    let typed = "[[shell_check_steps]]\nshell_prefix = '#'\nshell_cmd = 'echo done'\n";
    let text =
        format!("args = []\ntimeout = 1\n{typed}[[shell_check_steps]]\nsuccess_regex = ['done']\n");
    let found = hazards(&[Subject::from(&config(&text, "x.toml"))], 1);
    assert_eq!(places(&found), [("pass-text-in-typed", 7, 18)]);
}
