//! The folder that a run leaves.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::junit::junit;
use crate::recorder::evidence_problem;
use crate::{Problem, Report, page};

/// Everything that a run can leave in its folder.
pub(crate) const FILES: &[&str] = &[
    "report.html",
    "verdict.json",
    "console.log",
    "console.cast",
    "junit.xml",
    "reproduce.sh",
    "registers.txt",
    "screen.png",
    "screen.ppm",
    "collected",
    "machines",
    "test-result.intoto.json",
    "test-result.dsse.json",
];

/// What is recorded of a machine.
pub(crate) const RECORDED: [&str; 5] =
    ["console.log", "console.cast", "registers.txt", "screen.png", "screen.ppm"];

/// No spec asks for more tries.
const MOST_TRIES: u32 = 100;

/// Writes all but the recording, which is there already.
pub(crate) fn write(folder: &Path, report: &Report, rerun: &str) -> Result<(), Problem> {
    let all = || -> io::Result<()> {
        let json = serde_json::to_string_pretty(report).map_err(io::Error::other)?;
        fs::create_dir_all(folder)?;
        fs::write(folder.join("verdict.json"), json + "\n")?;
        fs::write(folder.join("junit.xml"), junit(report).to_string().map_err(io::Error::other)?)?;
        fs::write(folder.join("reproduce.sh"), reproduce(report, rerun))?;
        page::write(folder, report, rerun)
    };
    all().map_err(|error| evidence_problem(folder, &error))
}

/// The folder of one machine of several.
pub(crate) fn of_machine(folder: &Path, name: &str) -> PathBuf {
    folder.join(place_of_machine(name))
}

/// The same, relative to the folder of all.
pub(crate) fn place_of_machine(name: &str) -> String {
    format!("machines/{name}")
}

/// Puts the evidence of a try aside, into a folder of its own.
pub(crate) fn put_aside(folder: &Path, report: &Report) -> Result<(), Problem> {
    let aside = folder.join(aside(report.attempt));
    let made = fs::create_dir_all(&aside).map_err(|error| evidence_problem(folder, &error));
    made.and_then(|()| move_all(folder, &aside))
}

/// Brings the evidence of the try that decided back to where people look first.
pub(crate) fn bring_back(folder: &Path, report: &Report) -> Result<(), Problem> {
    let aside = folder.join(aside(report.attempt));
    move_all(&aside, folder)?;
    fs::remove_dir(&aside).map_err(|error| evidence_problem(folder, &error))
}

/// The name of the folder of a try that did not decide.
pub(crate) fn aside(attempt: u32) -> String {
    format!("try-{attempt}")
}

fn move_all(from: &Path, to: &Path) -> Result<(), Problem> {
    let mut there = FILES.iter().filter(|name| from.join(name).exists());
    let moved = there.try_for_each(|name| fs::rename(from.join(name), to.join(name)));
    moved.map_err(|error| evidence_problem(to, &error))
}

/// Removes what an earlier run left, so that nothing of it is taken for this one's.
pub(crate) fn clear(folder: &Path) -> Result<(), Problem> {
    let tries = (1..=MOST_TRIES).map(aside);
    let old = FILES.iter().map(|name| (*name).to_owned()).chain(tries);
    let mut old = old.map(|name| folder.join(name)).filter(|path| path.exists());
    let remove = |path: PathBuf| match path.is_dir() && !path.is_symlink() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
    old.try_for_each(remove).map_err(|error| evidence_problem(folder, &error))
}

fn reproduce(report: &Report, rerun: &str) -> String {
    let command = shlex::try_join(report.command.iter().map(String::as_str)).unwrap_or_default();
    let guest = if command.is_empty() {
        "# The machine was not started.".into()
    } else {
        format!("exec {command}")
    };
    format!(
        "#!/bin/sh\n# The whole test, with its verdict:\n#   {rerun}\n# The guest alone, on this terminal:\n{guest}\n"
    )
}
