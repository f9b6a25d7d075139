//! A commit of ours as a runner unpacks it.

use std::fs;
use std::path::{Path, PathBuf};

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
}

impl Release {
    /// The checkout's own files, and no program: what the main branch is.
    pub fn without_program() -> Release {
        let (root, folder) = (tools::root(), TempDir::with_prefix("bootgate-release-"));
        let release = Release { folder: folder.unwrap_or_else(|error| panic!("{error}")) };
        for action in files::list(&root.join("actions")) {
            let to = release.path().join("actions").join(action.file_name().unwrap_or_default());
            let parts = PARTS.iter().filter(|part| action.join(part).is_file());
            parts.for_each(|part| files::copy(&action.join(part), &to.join(part)));
        }
        files::copy(&root.join("dist/launch.cjs"), &release.path().join("dist/launch.cjs"));
        for workflow in files::list(&root.join(WORKFLOWS)) {
            let name = workflow.file_name().unwrap_or_default();
            let text = fs::read_to_string(&workflow).unwrap_or_else(|error| panic!("{error}"));
            files::write(&release.path().join(WORKFLOWS).join(name), named(&text));
        }
        release
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

/// A workflow for act, which does not know `$/…`: the commit that the workflow itself is in.
fn named(workflow: &str) -> String {
    let line = |line: &str| match line.split_once("uses: $/") {
        Some((start, path)) => format!("{start}uses: OWNER/bootgate/{path}@v1\n"),
        None => format!("{line}\n"),
    };
    workflow.lines().map(line).collect()
}

fn target() -> String {
    format!("{}-unknown-linux-musl", std::env::consts::ARCH)
}
