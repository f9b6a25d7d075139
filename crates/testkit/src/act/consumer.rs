//! A repository of somebody who uses our actions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Act, Event, Release, checkout, files, tools};
use crate::{Ran, guest};

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
            fs::create_dir(&part).unwrap_or_else(|error| panic!("{error}"));
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

    /// The example `boot-a-kernel`, whose kernel was built already.
    pub fn with_a_kernel() -> Consumer {
        let guest = guest("x86_64");
        let consumer = Consumer::of_example("boot-a-kernel").file("build.sh", "#!/bin/sh\n");
        consumer.copy(&guest.kernel, "out/kernel").copy(&guest.initrd, "out/initrd")
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

    /// Copies a file or a folder into it.
    #[must_use]
    pub fn copy(self, from: &Path, to: &str) -> Consumer {
        let to = self.path().join(to);
        if from.is_dir() {
            files::copy_all(from, &to)
        } else {
            files::copy(from, &to)
        }
        self
    }

    /// Puts this text in the place of that in one of its files.
    ///
    /// # Panics
    /// That text is not there.
    #[must_use]
    pub fn edit(self, path: &str, from: &str, to: &str) -> Consumer {
        let file = self.path().join(path);
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("`{path}`: {error}"));
        assert!(text.contains(from), "`{path}` has no `{from}`: {text}");
        files::write(&file, text.replacen(from, to, 1));
        self
    }

    /// Runs one of its workflows by act, on the event `push`, with `release` where it says `OWNER/bootgate@v1`, on the
    /// files as they are.
    pub fn act(&self, release: &Release, workflow: &str) -> Act {
        self.commit(release);
        self.started("push", release, workflow)
    }

    /// Commits the files as they are, for workflows that use `release`, and gives the commit's id.
    pub fn commit(&self, release: &Release) -> String {
        self.pin(release.reference());
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=State", "--allow-empty"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs one of its workflows by act because of this event: the workflow and the files of the commit that it is about,
    /// and nothing that is not committed.
    pub fn on(&self, event: &Event<'_>, release: &Release, workflow: &str) -> Act {
        self.git(&[
            "checkout",
            "--quiet",
            "--force",
            event.reference().trim_start_matches("refs/heads/"),
        ]);
        let (payload, stand_in) = (self.home().join("event.json"), self.home().join("checkout"));
        files::write(&payload, event.payload(&self.git(&["rev-parse", "HEAD"])));
        checkout::write(&stand_in, &self.path());
        let act = self.started(event.name(), release, workflow);
        let act = act.args(&["--no-skip-checkout", "--eventpath", &payload.display().to_string()]);
        let names = checkout::names(&release.path().join(".github/workflows"));
        names.iter().fold(act, |act, name| {
            act.args(&["--local-repository", &format!("{name}={}", stand_in.display())])
        })
    }

    fn started(&self, event: &str, release: &Release, workflow: &str) -> Act {
        let reference = release.reference();
        let mut command = Command::new(tools::tool("act"));
        command
            .args([event, "--json", "--platform", "ubuntu-latest=-self-hosted"])
            .args(["--platform", "self-hosted=-self-hosted"])
            .args(["--workflows", &format!(".github/workflows/{workflow}")])
            .args(["--local-repository"])
            .arg(format!("OWNER/bootgate@{reference}={}", release.path().display()))
            // Else what is built and ignored by git is left out, and the cache listens on every address.
            .args(["--use-gitignore=false", "--no-cache-server"])
            .current_dir(self.path());
        Act::new(command, &self.home())
    }

    /// Names our actions by this reference in every workflow.
    fn pin(&self, reference: &str) {
        for workflow in files::list(&self.path().join(".github/workflows")) {
            let text = fs::read_to_string(&workflow).unwrap_or_else(|error| panic!("{error}"));
            let pinned = |line: &str| match line.trim_end().strip_suffix("@v1") {
                Some(start) if line.contains("uses: OWNER/bootgate/") => {
                    format!("{start}@{reference}\n")
                }
                _ => format!("{line}\n"),
            };
            files::write(&workflow, text.lines().map(pinned).collect::<String>());
        }
    }

    /// Runs git in it, and gives what it says.
    ///
    /// # Panics
    /// It fails.
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        // Whoever runs the tests may have a configuration of git that signs, or none at all.
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        git.args(["-c", "user.name=octo", "-c", "user.email=octo@example.com"]);
        let ran = git.args(arguments).current_dir(self.path()).output();
        let ran = Ran::from(ran.unwrap_or_else(|error| panic!("git: {error}")));
        assert_eq!(ran.code, Some(0), "git {arguments:?}: {ran:?}");
        ran.out.trim().to_owned()
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
