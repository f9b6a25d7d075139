//! `./x workflows`: actionlint and zizmor must find nothing in the actions and workflows, ours and the examples'.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::{process, project, tools};

/// What zizmor looks through.
const FOLDERS: [&str; 3] = [".github", "actions", "examples"];

/// Runs both, over every workflow that the project has or gives away.
pub(crate) fn lint() -> Result<(), Failure> {
    let bin = tools::run()?.join("bin");
    let files = all(project::root())?;
    anstream::eprintln!("   {} workflows", files.len());
    check(
        Command::new(bin.join("actionlint"))
            .args(["-config-file", ".github/actionlint.yaml"])
            .args(files),
    )?;
    check(
        Command::new(bin.join("zizmor"))
            .args(["--quiet", "--offline", "--no-progress", "--persona", "pedantic"])
            .args(["--strict-collection", "--config", ".github/zizmor.yml"])
            .args(FOLDERS),
    )
}

fn check(command: &mut Command) -> Result<(), Failure> {
    process::run(command.current_dir(project::root())).map_err(Failure::into_check)
}

/// The files of `.github/workflows` and of each example's.
fn all(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = list(&root.join(".github/workflows"))?;
    for example in list(&root.join("examples"))? {
        let workflows = example.join(".github/workflows");
        if workflows.is_dir() {
            files.extend(list(&workflows)?);
        }
    }
    Ok(files)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::path("reading", folder))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_and_those_of_the_examples_are_found() {
        let files = all(project::root()).unwrap();
        assert!(files.iter().any(|file| file.ends_with(".github/workflows/local-test.yml")));
        assert!(
            files.iter().any(|file| file.ends_with("boot-a-kernel/.github/workflows/boot.yml"))
        );
    }
}
