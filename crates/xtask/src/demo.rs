//! `./x demo`: three kernels that pass and one that panics after it said so.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::failure::Failure;
use crate::packages::Purpose;
use crate::progress::{self, Steps, Task};
use crate::stage::{seconds, stage};
use crate::table::table;
use crate::{cargo, guests, process, project, setup};

/// The exit code of a guest's own fault.
const GUESTS_FAULT: i32 = 1;

/// Runs the demo; it succeeds when the three passed and the fourth crashed.
pub(crate) fn run() -> Result<(), Failure> {
    stage("packages", || setup::run(Purpose::Demo))?;
    stage("building bootgate", || cargo::run(&["build", "--release", "--package", "bootgate"]))?;
    stage("fetching guests", guests::run)?;
    let outcomes = stage("booting three kernels", boot_all)?;
    anstream::print!("\n{}\n", results(&outcomes));
    stage("booting a kernel that panics after its sign", boot_panicking)?;
    match outcomes.iter().find(|outcome| outcome.verdict != "passed") {
        None => Ok(()),
        Some(bad) => Err(Failure::check(format!("`{}`: {}", bad.verdict, bad.reason))),
    }
}

/// What `bootgate run-vm-test --json` says of a run.
#[derive(Debug, Deserialize)]
struct Outcome {
    verdict: String,
    #[serde(default)]
    reason: String,
    duration_ms: u64,
    time_to_sign_ms: Option<u64>,
    accel_used: Option<String>,
}

fn boot_all() -> Result<Vec<Outcome>, Failure> {
    let task = |guest: &'static guests::Guest| {
        Task::new(guest.arch, move |steps: &Steps| {
            steps.now("booting");
            boot(guest.arch)
        })
    };
    progress::all(guests::ALL.iter().map(task).collect(), |outcome| outcome.verdict.clone())
}

fn boot(name: &str) -> Result<Outcome, Failure> {
    let mut command = bootgate(name)?;
    let output = process::captured(command.arg("--json"))?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        Failure::host(format!("`{}` gave no verdict: {error}\n{said}", process::shown(&command)))
    })
}

/// Shows what a person sees of a failed run.
fn boot_panicking() -> Result<(), Failure> {
    let mut command = bootgate("panics")?;
    let status = command.status().map_err(|error| process::not_started(&command, &error))?;
    let verdict = fs::read_to_string(evidence("panics").join("verdict.json")).unwrap_or_default();
    let verdict: serde_json::Value = serde_json::from_str(&verdict).unwrap_or_default();
    match (status.code(), verdict["verdict"].as_str()) {
        (Some(GUESTS_FAULT), Some("crashed")) => Ok(()),
        (_, verdict) => {
            let verdict = verdict.unwrap_or("no verdict");
            Err(Failure::check(format!(
                "a panic after the sign gave `{verdict}` and {status}, not `crashed` and 1"
            )))
        }
    }
}

/// The command for one of the examples, with an empty folder for its evidence.
fn bootgate(name: &str) -> Result<Command, Failure> {
    let evidence = evidence(name);
    if evidence.exists() {
        fs::remove_dir_all(&evidence).map_err(Failure::path("removing", &evidence))?;
    }
    let mut command = Command::new(project::bootgate());
    command.current_dir(project::root()).arg("run-vm-test");
    command.arg("--spec").arg(format!("examples/three-kernels/{name}.yaml"));
    command.arg("--evidence-path").arg(&evidence);
    Ok(command)
}

fn evidence(name: &str) -> PathBuf {
    project::demo().join(name)
}

fn results(outcomes: &[Outcome]) -> String {
    let rows: Vec<[String; 5]> =
        guests::ALL.iter().zip(outcomes).map(|(guest, outcome)| row(guest.arch, outcome)).collect();
    table(["architecture", "verdict", "sign after", "ended after", "accelerator"], &rows)
}

fn row(arch: &str, outcome: &Outcome) -> [String; 5] {
    let time = |milliseconds: u64| seconds(Duration::from_millis(milliseconds));
    [
        arch.into(),
        outcome.verdict.clone(),
        outcome.time_to_sign_ms.map_or_else(|| "never".into(), time),
        time(outcome.duration_ms),
        outcome.accel_used.clone().unwrap_or_else(|| "unknown".into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_becomes_a_row() {
        let outcome = serde_json::from_str(
            r#"{"verdict":"passed","title":"x","duration_ms":1834,"time_to_sign_ms":1520,"accel_used":"tcg","flaky":false}"#,
        );
        assert_eq!(
            row("riscv64", &outcome.unwrap()),
            ["riscv64", "passed", "1.5 s", "1.8 s", "tcg"]
        );
    }
}
