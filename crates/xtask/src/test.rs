//! `./x test`: everything that must hold before a commit, cheapest first; the first stage that fails ends it.

mod root;
mod source;
mod targets;

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::packages::Purpose;
use crate::stage::stage;
use crate::{cargo, dist, guests, process, project, setup, tools, workflows};

const CLIPPY: &[&str] =
    &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"];

/// From where property tests draw their cases.
const SEED: &str = "PROPTEST_RNG_SEED";

/// Runs the stages; `filter` chooses among the tests of the last one.
pub(crate) fn run(slow: bool, filter: Option<&str>) -> Result<(), Failure> {
    stage("packages", || setup::run(Purpose::Test))?;
    stage("format", || cargo::run(&["fmt", "--all", "--check"]).map_err(Failure::into_check))
        .map_err(|failure| failure.hint("run `cargo fmt --all`"))?;
    stage("lints", || cargo::run(CLIPPY).map_err(Failure::into_check))?;
    stage("rules", cargo::tidy)?;
    stage("tools", tools::run)?;
    stage("workflows", workflows::lint)?;
    stage("guests", guests::run)?;
    stage("system", guests::os::run)?;
    stage("targets", targets::run)?;
    let source = if slow { Some(stage("source of QEMU", source::run)?) } else { None };
    if slow {
        dist::rehearse()?;
    }
    let tally = stage("tests", || tests(source.as_deref(), filter))?;
    anstream::eprintln!(
        "{} passed, {} failed, {} ignored",
        tally.passed,
        tally.failed,
        tally.ignored
    );
    Ok(())
}

/// What the test programs say of themselves, added up.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    /// Adds a line such as `test result: ok. 4 passed; 0 failed; 1 ignored; …`; other lines add nothing.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) =
            line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                Some((number, "ignored")) => self.ignored += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

fn tests(source: Option<&Path>, filter: Option<&str>) -> Result<Tally, Failure> {
    let mut command = root::mounted(command(source, filter))?;
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| process::not_started(&command, &error))?;
    let mut tally = Tally::default();
    if let Some(output) = child.stdout.take() {
        follow(BufReader::new(output), &mut tally)
            .map_err(|error| Failure::host(error.to_string()))?;
    }
    let status = child.wait().map_err(|error| Failure::host(error.to_string()))?;
    match status.success() {
        true if tally.passed == 0 => {
            Err(Failure::user("no test has a name that contains the filter"))
        }
        true => Ok(tally),
        false => {
            Err(Failure::check(format!("{} tests failed, {} passed", tally.failed, tally.passed)))
        }
    }
}

/// The slow ones too, where the source that they build is there.
fn command(source: Option<&Path>, filter: Option<&str>) -> Command {
    let mut command = cargo::cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.args(filter).env("BOOTGATE_GUESTS", project::guests());
    command.env("BOOTGATE_TOOLS", project::tools());
    // Else what should be compared would be written.
    command.env_remove("BOOTGATE_UPDATE");
    if let Some(source) = source {
        command
            .env("BOOTGATE_SLOW", "1")
            .env("BOOTGATE_QEMU_SOURCE", source)
            .env("BOOTGATE_RELEASE", project::root().join("target/dist/release"))
            .args(["--", "--include-ignored"]);
    } else if env::var_os(SEED).is_none() {
        // What chance finds must not stop a change that has nothing to do with it.
        command.env(SEED, "1");
    }
    command
}

/// Passes the output on and counts.
fn follow(output: impl BufRead, tally: &mut Tally) -> std::io::Result<()> {
    let mut ours = std::io::stdout().lock();
    for line in output.split(b'\n') {
        let line = line?;
        tally.add(&String::from_utf8_lossy(&line));
        ours.write_all(&line)?;
        ours.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_added_up_and_others_are_not() {
        let mut tally = Tally::default();
        tally.add("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.30s");
        tally.add("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1s");
        tally.add("test a_result ... ok");
        assert_eq!(tally, Tally { passed: 15, failed: 2, ignored: 1 });
    }
}
