//! A repository of somebody who uses our actions.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Act, Release, files, tools};

/// A repository in a folder of its own, with a home beside it.
#[derive(Debug)]
pub struct Consumer {
    folder: TempDir,
}

impl Consumer {
    /// An empty one.
    pub fn new() -> Consumer {
        let folder = TempDir::with_prefix("bootgate-consumer-");
        let consumer = Consumer { folder: folder.unwrap_or_else(|error| panic!("{error}")) };
        for part in [consumer.path(), consumer.home()] {
            std::fs::create_dir(&part).unwrap_or_else(|error| panic!("{error}"));
        }
        consumer.git(&["init", "--quiet", "--initial-branch=main"]);
        consumer.git(&["remote", "add", "origin", "https://github.com/octo/kernel.git"]);
        consumer
    }

    /// One with the files of an example.
    pub fn of_example(name: &str) -> Consumer {
        let consumer = Consumer::new();
        files::copy_all(&tools::root().join("examples").join(name), &consumer.path());
        consumer
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    /// Writes one of its files.
    #[must_use]
    pub fn file(self, path: &str, text: &str) -> Consumer {
        files::write(&self.path().join(path), text);
        self
    }

    /// Copies a file into it.
    #[must_use]
    pub fn copy(self, from: &Path, to: &str) -> Consumer {
        files::copy(from, &self.path().join(to));
        self
    }

    /// Runs one of its workflows by act, on the event `push`, with `release` as `OWNER/bootgate@v1`.
    pub fn act(&self, release: &Release, workflow: &str) -> Act {
        self.act_at("v1", release.path(), workflow)
    }

    /// The same with the checkout in `release` as `OWNER/bootgate@REFERENCE`.
    pub fn act_at(&self, reference: &str, release: &Path, workflow: &str) -> Act {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=State", "--allow-empty"]);
        let mut command = Command::new(tools::tool("act"));
        command
            .args(["push", "--json", "--platform", "ubuntu-latest=-self-hosted"])
            .args(["--workflows", &format!(".github/workflows/{workflow}")])
            .args(["--local-repository"])
            .arg(format!("OWNER/bootgate@{reference}={}", release.display()))
            // Else what is built and ignored by git is left out, and the cache listens on every address.
            .args(["--use-gitignore=false", "--no-cache-server"])
            .current_dir(self.path());
        Act::new(command, &self.home())
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        // Whoever runs the tests may have a configuration of git that signs, or none at all.
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        git.args(["-c", "user.name=octo", "-c", "user.email=octo@example.com"]);
        let status = git.args(arguments).current_dir(self.path()).status();
        assert!(status.is_ok_and(|status| status.success()), "git {arguments:?}");
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }
}

impl Default for Consumer {
    fn default() -> Consumer {
        Consumer::new()
    }
}
