//! The variables and files that a runner gives a step.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::files::entries;

/// A step's world in a folder of its own, which goes when it is dropped.
#[derive(Debug)]
pub struct World {
    folder: TempDir,
    vars: HashMap<String, String>,
}

const FILES: [&str; 5] =
    ["GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"];

impl World {
    /// Empty files, an empty workspace and temporary folder, and the variables that name them.
    ///
    /// # Panics
    /// When the folder cannot be made.
    #[expect(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> World {
        let folder = TempDir::new().expect("a folder for a runner");
        let mut world = World { folder, vars: HashMap::new() };
        for name in FILES {
            fs::write(world.path(name), "").expect("a file of a runner");
            world.name(name, name);
        }
        for (name, folder) in [("RUNNER_TEMP", "temp"), ("GITHUB_WORKSPACE", "workspace")] {
            fs::create_dir(world.path(folder)).expect("a folder of a runner");
            world.name(name, folder);
        }
        world
            .set("GITHUB_ACTIONS", "true")
            .set("GITHUB_SERVER_URL", "https://github.com")
            .set("GITHUB_REPOSITORY", "octo/guest")
            .set("GITHUB_RUN_ID", "7")
    }

    /// The same with one more variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> World {
        self.vars.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same with an input under `with:`.
    #[must_use]
    pub fn input(self, name: &str, value: &str) -> World {
        let name = format!("INPUT_{}", name.replace(' ', "_").to_uppercase());
        self.set(&name, value)
    }

    /// All variables, for a child's environment.
    pub fn vars(&self) -> &HashMap<String, String> {
        &self.vars
    }

    /// The checkout.
    pub fn workspace(&self) -> PathBuf {
        self.path("workspace")
    }

    /// What the step has set, by name; the last value of each.
    pub fn outputs(&self) -> BTreeMap<String, String> {
        self.entries("GITHUB_OUTPUT")
    }

    /// What the step has left for its post step.
    pub fn state(&self) -> BTreeMap<String, String> {
        self.entries("GITHUB_STATE")
    }

    /// What later steps find in their environment.
    pub fn env(&self) -> BTreeMap<String, String> {
        self.entries("GITHUB_ENV")
    }

    /// What stands before the `PATH` of later steps.
    pub fn added_path(&self) -> Vec<String> {
        self.read("GITHUB_PATH").lines().map(str::to_owned).collect()
    }

    /// The summary: none where it is so large that the runner drops it.
    pub fn summary(&self) -> Option<String> {
        Some(self.read("GITHUB_STEP_SUMMARY")).filter(|summary| summary.len() <= 1 << 20)
    }

    /// The environment of the post step: the same, with the state.
    #[must_use]
    pub fn post(mut self) -> World {
        for (name, value) in self.state() {
            self.vars.insert(format!("STATE_{name}"), value);
        }
        self
    }

    fn name(&mut self, name: &str, file: &str) {
        let path = self.path(file).to_string_lossy().into_owned();
        self.vars.insert(name.to_owned(), path);
    }

    fn path(&self, file: &str) -> PathBuf {
        Path::join(self.folder.path(), file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).expect("a file of a runner in UTF-8")
    }

    fn entries(&self, file: &str) -> BTreeMap<String, String> {
        entries(&self.read(file)).into_iter().collect()
    }
}
