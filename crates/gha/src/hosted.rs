//! The runner's side, for steps that are run where there is no runner: what they find, and what they say.

mod files;
mod log;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Map, Value, json};

pub use files::{Files, Said};
pub use log::Log;

/// What only a runner gives, or what one gave to us.
const OF_A_RUNNER: [&str; 5] = ["ACTIONS_", "GITHUB_", "INPUT_", "RUNNER_", "STATE_"];

/// Of the context `github`, what is no variable.
const NO_VARIABLE: [&str; 3] = ["event", "repositoryUrl", "token"];

/// What a job on this machine works on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosted {
    /// The checkout.
    pub workspace: PathBuf,
    /// `owner/name`.
    pub repository: String,
    /// The commit; empty where there is none.
    pub sha: String,
    /// The branch or tag in full, such as `refs/heads/main`.
    pub reference: String,
    /// The workflow's name.
    pub workflow: String,
    /// What is taken to have happened, such as `push`.
    pub event: String,
}

impl Hosted {
    /// The context `github`, as far as it means something here.
    pub fn github(&self) -> Map<String, Value> {
        let (owner, _) = self.repository.split_once('/').unwrap_or_default();
        let name = self.reference.splitn(3, '/').nth(2).unwrap_or_default();
        let kind = if self.reference.starts_with("refs/tags/") { "tag" } else { "branch" };
        let context = json!({
            "actor": env::var("USER").unwrap_or_default(),
            "api_url": "https://api.github.com",
            "event": {},
            "event_name": self.event,
            "ref": self.reference,
            "ref_name": name,
            "ref_type": kind,
            "repository": self.repository,
            "repository_owner": owner,
            "run_attempt": "1",
            "run_id": "1",
            "run_number": "1",
            "server_url": "https://github.com",
            "sha": self.sha,
            "token": "",
            "workflow": self.workflow,
            "workspace": self.workspace.to_string_lossy(),
        });
        if let Value::Object(context) = context { context } else { Map::new() }
    }

    /// The context `runner`, with this folder for what nobody needs after the job.
    pub fn runner(temp: &str) -> Map<String, Value> {
        let arch = if env::consts::ARCH == "aarch64" { "ARM64" } else { "X64" };
        let values = [
            ("os", "Linux"),
            ("arch", arch),
            ("name", "local"),
            ("environment", "self-hosted"),
            ("temp", temp),
        ];
        values.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
    }
}

/// Gives a command the variables of these contexts, and takes those of a runner that may have started us.
pub fn surround(
    command: &mut Command,
    github: Option<&Map<String, Value>>,
    runner: Option<&Map<String, Value>>,
) {
    for (name, _) in env::vars_os() {
        if OF_A_RUNNER.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command.env("CI", "true").env("GITHUB_ACTIONS", "true");
    for (prefix, context) in [("GITHUB", github), ("RUNNER", runner)] {
        let variables =
            context.into_iter().flatten().filter(|(name, _)| !NO_VARIABLE.contains(&name.as_str()));
        for (name, value) in variables {
            command.env(
                format!("{prefix}_{}", name.to_uppercase()),
                value.as_str().unwrap_or_default(),
            );
        }
    }
}
