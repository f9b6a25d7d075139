//! What is recorded: the scenarios in `crates/xtask/scenarios/`, one file for each kind of thing that can happen.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::Value;

use crate::failure::Failure;
use crate::guests::{self, Guest};
use crate::project;

/// A file of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scenario: Vec<Scenario>,
}

/// A boot of one guest for each of its architectures. What is left out is as a plain Linux boot has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Scenario {
    /// The console's name is this and the architecture's.
    pub(crate) name: String,
    /// By QEMU's names; all when there are none.
    #[serde(default)]
    pub(crate) arch: Vec<String>,
    /// What the judge has to say of the console alone: `crashed` or `incomplete`.
    pub(crate) verdict: String,
    /// Why the judge says something else so far.
    pub(crate) known_wrong: Option<String>,
    /// Whether a kernel is loaded at all; firmware has to live without.
    #[serde(default = "yes")]
    pub(crate) kernel: bool,
    /// Whether an initramfs is loaded.
    #[serde(default = "yes")]
    pub(crate) initrd: bool,
    /// What is added to the kernel's command line behind its console.
    #[serde(default)]
    pub(crate) append: String,
    /// What `/init` does when the file systems are there; then it switches the machine off. Nothing here means that it
    /// loads what is in `/modules`.
    #[serde(default)]
    pub(crate) init: String,
    /// More of the machine, as in a boot test.
    #[serde(default)]
    pub(crate) qemu: BTreeMap<String, Value>,
    /// As in a boot test.
    #[serde(default)]
    pub(crate) steps: Vec<Value>,
    /// Programs in `/bin` that do nothing but one fault: the fault's name is the program's.
    #[serde(default)]
    pub(crate) programs: Vec<String>,
    /// Modules in `/modules` of which the first instructions are such a fault.
    #[serde(default)]
    pub(crate) faults: Vec<String>,
    /// Modules in `/modules` that call a function of the kernel with something that it cannot use.
    #[serde(default)]
    pub(crate) calls: Vec<String>,
    /// Where the console is cut off: behind this text.
    pub(crate) cut: Option<String>,
    /// After how many seconds the guest is ended.
    #[serde(default = "two_minutes")]
    pub(crate) total: u32,
    /// The same when it says nothing; on a busy host a quiet boot takes long.
    #[serde(default = "minute")]
    pub(crate) silence: u32,
}

fn yes() -> bool {
    true
}

fn minute() -> u32 {
    60
}

fn two_minutes() -> u32 {
    120
}

/// A scenario on one architecture.
#[derive(Clone, Debug)]
pub(crate) struct Take {
    pub(crate) scenario: Scenario,
    pub(crate) guest: &'static Guest,
}

impl Take {
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.scenario.name, self.guest.arch)
    }
}

/// Everything that can be recorded, or what has `only` in its name.
pub(crate) fn takes(only: Option<&str>) -> Result<Vec<Take>, Failure> {
    let wanted = |take: &Take| only.is_none_or(|only| take.name().contains(only));
    let takes: Vec<Take> = read()?.into_iter().flat_map(on_each).filter(wanted).collect();
    match takes.is_empty() {
        true => Err(Failure::user("no scenario has a name that contains this")
            .hint("see crates/xtask/scenarios/")),
        false => Ok(takes),
    }
}

fn on_each(scenario: Scenario) -> impl Iterator<Item = Take> {
    let wanted = scenario.arch.clone();
    let chosen = move |guest: &&'static Guest| {
        wanted.is_empty() || wanted.iter().any(|arch| arch == guest.arch)
    };
    guests::ALL.iter().filter(chosen).map(move |guest| Take { scenario: scenario.clone(), guest })
}

fn read() -> Result<Vec<Scenario>, Failure> {
    let folder = project::root().join("crates/xtask/scenarios");
    let mut scenarios = Vec::new();
    let files = fs::read_dir(&folder).map_err(Failure::path("reading", &folder))?;
    let mut paths: Vec<_> = files.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(Failure::path("reading", &path))?;
        let file: File = toml::from_str(&text)
            .map_err(|error| Failure::user(format!("`{}`: {error}", path.display())))?;
        scenarios.extend(file.scenario);
    }
    Ok(scenarios)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_scenario_was_recorded_once_and_nothing_else_was() {
        let takes = takes(None).unwrap();
        let named = |take: &Take| format!("{}: {}", take.name(), take.scenario.verdict);
        let wanted: BTreeSet<String> = takes.iter().map(named).collect();
        assert_eq!(wanted.len(), takes.len(), "two scenarios have one name");
        let files = fs::read_dir(project::root().join("crates/verdict/corpus/recorded")).unwrap();
        let recorded = files.flatten().map(|file| {
            let console = fs::read(file.path()).unwrap();
            let head = String::from_utf8_lossy(&console);
            let field = |name| head.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            format!("{}: {}", field("NAME: "), field("VERDICT: "))
        });
        let recorded: BTreeSet<String> = recorded.collect();
        let differ: Vec<_> = recorded.symmetric_difference(&wanted).collect();
        assert!(differ.is_empty(), "{differ:#?}");
    }
}
