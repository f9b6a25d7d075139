//! GitHub's own client of the cache, `@actions/cache`, as an action would run it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::CacheService;
use crate::act::tool;

const SCRIPT: &str = include_str!("official.mjs");

/// What stands before the outcome, among what the client logs.
const MARK: &str = "outcome: ";

/// The client in a job with this workspace and home.
#[derive(Debug)]
pub struct Official<'a> {
    service: &'a CacheService,
    workspace: PathBuf,
    home: PathBuf,
}

/// What one call of it came to.
#[derive(Debug)]
pub struct Run {
    /// The entry's number, or the key that was found: none when nothing was saved or found.
    pub outcome: Option<String>,
    /// How long the call took, without the start of node.
    pub time: Duration,
    /// What it logged.
    pub log: String,
}

impl<'a> Official<'a> {
    /// A job that talks to `service`.
    pub fn new(service: &'a CacheService, workspace: &Path, home: &Path) -> Official<'a> {
        Official { service, workspace: workspace.to_owned(), home: home.to_owned() }
    }

    /// `saveCache(paths, key)`
    ///
    /// # Panics
    /// The client throws.
    pub fn save<S: AsRef<OsStr>>(&self, paths: &[S], key: &str) -> Run {
        self.run(&["save", key, ""], paths)
    }

    /// `restoreCache(paths, key, restore_keys)`
    ///
    /// # Panics
    /// The client throws.
    pub fn restore<S: AsRef<OsStr>>(&self, paths: &[S], key: &str, restore_keys: &[&str]) -> Run {
        self.run(&["restore", key, &restore_keys.join(",")], paths)
    }

    fn run<S: AsRef<OsStr>>(&self, call: &[&str], paths: &[S]) -> Run {
        let temp = TempDir::new().expect("a folder for the client");
        let mut node = Command::new(tool("node"));
        node.args(["--input-type=module", "--eval", SCRIPT, "--"])
            .arg(packages())
            .args(call)
            .args(paths)
            .current_dir(&self.workspace)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", &self.home)
            .env("GITHUB_WORKSPACE", &self.workspace)
            .env("RUNNER_TEMP", temp.path())
            .env("ACTIONS_CACHE_SERVICE_V2", "True")
            .env("ACTIONS_RESULTS_URL", self.service.url())
            .env("ACTIONS_RUNTIME_TOKEN", self.service.token());
        let output = node.output().expect("node starts");
        let log = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = log.lines().find_map(|line| line.strip_prefix(MARK));
        let said = said.and_then(|said| serde_json::from_str::<Value>(said).ok());
        let complaint = String::from_utf8_lossy(&output.stderr);
        let said = said.unwrap_or_else(|| panic!("the client threw\n{log}\n{complaint}"));
        let seconds = said["seconds"].as_f64().unwrap_or_default();
        let outcome = said["outcome"].as_str().map(str::to_owned);
        Run { outcome, time: Duration::from_secs_f64(seconds), log }
    }
}

/// Where `./x tools` puts packages of npm.
///
/// # Panics
/// They were not prepared: a test that cannot run must not pass.
pub(super) fn packages() -> PathBuf {
    let node = tool("node");
    let folder = node.ancestors().nth(2).expect("a folder of tools").join("npm/node_modules");
    assert!(folder.is_dir(), "`{}` is missing: run `./x tools` first", folder.display());
    folder
}
