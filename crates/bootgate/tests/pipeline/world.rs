//! A repository with a workflow, and the program run in it.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use testkit::act::Consumer;

/// A run of the program.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn report(&self) -> Value {
        let report = serde_json::from_str(&self.stdout);
        report.unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// The values of an output, by the order of jobs and steps.
    pub(crate) fn outputs(&self, name: &str) -> Vec<String> {
        let report = self.report();
        let steps = report["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|job| job["steps"].as_array().unwrap());
        steps.filter_map(|step| Some(step["outputs"].get(name)?.as_str()?.to_owned())).collect()
    }

    /// What each step came to, by its name.
    pub(crate) fn steps(&self) -> Vec<(String, String)> {
        let report = self.report();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let steps = report["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|job| job["steps"].as_array().unwrap());
        steps.map(|step| (text(&step["name"]), text(&step["outcome"]))).collect()
    }
}

pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bootgate"));
    command.args(arguments).current_dir(folder).env("TMPDIR", folder.parent().unwrap());
    command.env("XDG_CACHE_HOME", folder.parent().unwrap().join("cache"));
    for variable in ["CARGO_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN"]
    {
        command.env_remove(variable);
    }
    command
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let Output { status, stdout, stderr } = command(folder, arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// Runs a workflow of the repository.
pub(crate) fn pipeline(consumer: &Consumer, workflow: &str) -> Ran {
    run(&consumer.path(), &["pipeline", "run", workflow, "--json"])
}

/// A repository with this as its only workflow.
pub(crate) fn with_workflow(text: &str) -> Consumer {
    Consumer::new().file(".github/workflows/own.yml", text)
}
