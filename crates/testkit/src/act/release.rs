//! A commit of ours as a runner unpacks it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{files, tools};

/// What of an action's folder JavaScript and the runner read.
const PARTS: [&str; 3] = ["action.yml", "main.cjs", "post.cjs"];

const WORKFLOWS: &str = ".github/workflows";

/// The actions, the launcher and the reusable workflows in a folder of their own; with a program it is a release.
#[derive(Debug)]
pub struct Release {
    folder: TempDir,
    reference: String,
}

impl Release {
    /// The checkout's own files, and no program: what the main branch is.
    pub fn without_program() -> Release {
        let (root, release) = (tools::root(), Release::empty("v1".into()));
        for action in files::list(&root.join("actions")) {
            let to = release.path().join("actions").join(action.file_name().unwrap_or_default());
            let parts = PARTS.iter().filter(|part| action.join(part).is_file());
            parts.for_each(|part| files::copy(&action.join(part), &to.join(part)));
        }
        files::copy(&root.join("dist/launch.cjs"), &release.path().join("dist/launch.cjs"));
        release.take_workflows(root);
        release
    }

    /// The commit of a release that is checked out in `clone`, under its own id.
    pub fn made(clone: &Path) -> Release {
        let mut git = Command::new("git");
        let id = git.args(["rev-parse", "HEAD"]).current_dir(clone).output();
        let id = id.unwrap_or_else(|error| panic!("git: {error}"));
        assert!(id.status.success(), "`{}` holds no release", clone.display());
        let release = Release::empty(String::from_utf8_lossy(&id.stdout).trim().to_owned());
        for part in ["actions", "dist"] {
            files::copy_all(&clone.join(part), &release.path().join(part));
        }
        release.take_workflows(clone);
        release
    }

    fn empty(reference: String) -> Release {
        let folder = TempDir::with_prefix("bootgate-release-");
        Release { folder: folder.unwrap_or_else(|error| panic!("{error}")), reference }
    }

    fn take_workflows(&self, root: &Path) {
        for workflow in files::list(&root.join(WORKFLOWS)) {
            let name = workflow.file_name().unwrap_or_default();
            let text = fs::read_to_string(&workflow).unwrap_or_else(|error| panic!("{error}"));
            files::write(&self.path().join(WORKFLOWS).join(name), self.named(&text));
        }
    }

    /// A workflow for act, which does not know `$/…`: the commit that the workflow itself is in.
    fn named(&self, workflow: &str) -> String {
        let line = |line: &str| match line.split_once("uses: $/") {
            Some((start, path)) => {
                format!("{start}uses: OWNER/bootgate/{path}@{}\n", self.reference)
            }
            None => format!("{line}\n"),
        };
        workflow.lines().map(line).collect()
    }

    /// The tag or the commit that a workflow names it by.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// A release with this program for the machine's own architecture, and its checksum.
    pub fn of(program: &Path) -> Release {
        let release = Release::without_program();
        files::copy(program, &release.program());
        let content = fs::read(program).unwrap_or_else(|error| panic!("{error}"));
        let sum: String =
            Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        let name = format!("bin/{}/bootgate", target());
        let manifest = serde_json::json!({ "sha256": { name: sum } });
        files::write(&release.path().join("dist/manifest.json"), manifest.to_string());
        release
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Where its program is, or would be.
    pub fn program(&self) -> PathBuf {
        self.path().join("dist/bin").join(target()).join("bootgate")
    }

    /// Writes one of its files anew.
    pub fn write(&self, path: &str, text: &str) {
        files::write(&self.path().join(path), text);
    }
}

fn target() -> String {
    format!("{}-unknown-linux-musl", std::env::consts::ARCH)
}
