//! `./x bench startup`: what the launcher with its program costs, against actions that do nothing.
//!
//! All are steps of one job under act, in turn, so that they have the same machine, the same node and the same act.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::failure::Failure;
use crate::stage::stage;
use crate::table::table;
use crate::{cargo, dist, process, project, tools};

/// How often each is run; the first round warms the caches and does not count.
const ROUNDS: usize = 31;

/// The most that the launcher may take of the time of a bare action of JavaScript.
const AIM: f64 = 1.3;

/// The actions: what is measured and, first, what it is compared with.
const ACTIONS: [(&str, &str); 3] = [
    ("bare", "an empty script for node"),
    ("composite", "a composite one with `bash`"),
    ("launched", "`launch.cjs`, checksum, bootgate"),
];

/// Builds, runs and prints the medians. A missed aim is no failure: the machine may be busy with something else.
pub(crate) fn run() -> Result<(), Failure> {
    stage("building bootgate", || cargo::run(&["build", "--release", "--package", "bootgate"]))?;
    let bin = stage("tools", tools::run)?.join("bin");
    let times = stage("running", || measure(&bin))?;
    let medians = ACTIONS.map(|(name, _)| median(times.get(name).map_or(&[], Vec::as_slice)));
    anstream::print!("\n{}\n", shown(&medians));
    let ratio = ratio(medians[2], medians[0]);
    let word = if ratio <= AIM { "met" } else { "missed" };
    anstream::eprintln!("   the aim of at most {AIM} times a bare action is {word}");
    Ok(())
}

type Times = BTreeMap<String, Vec<Duration>>;

fn measure(bin: &Path) -> Result<Times, Failure> {
    let folder = project::root().join("target/bench/startup");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::path("removing", &folder))?;
    }
    let repository = folder.join("repository");
    lay_out(&repository)?;
    git(&repository, &["init", "--quiet", "--initial-branch=main"])?;
    git(&repository, &["remote", "add", "origin", "https://github.com/octo/kernel.git"])?;
    git(&repository, &["add", "--all"])?;
    git(&repository, &["commit", "--quiet", "--message=State"])?;
    let output = process::captured(&mut act(bin, &folder))?;
    let log = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let errors: Vec<String> = entries(&log)
            .filter(|entry| entry["level"] == "error")
            .map(|entry| entry["msg"].to_string())
            .collect();
        return Err(Failure::host(format!("act ended with {}: {errors:?}", output.status)));
    }
    Ok(read(&log))
}

fn git(folder: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let mut git = Command::new("git");
    git.args([
        "-c",
        "user.name=octo",
        "-c",
        "user.email=octo@example.com",
        "-c",
        "commit.gpgSign=false",
    ]);
    process::output(git.args(arguments).current_dir(folder)).map(drop)
}

/// A repository with the three actions, laid out like a release of ours.
fn lay_out(folder: &Path) -> Result<(), Failure> {
    let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let program = format!("dist/bin/{target}/bootgate");
    let copies = [(project::bootgate(), program.as_str())];
    let launcher = (project::root().join("dist/launch.cjs"), "dist/launch.cjs");
    for (from, to) in copies.into_iter().chain([launcher]) {
        let to = parent(folder.join(to))?;
        fs::copy(&from, &to).map_err(Failure::path("copying", &from))?;
    }
    let name = program.trim_start_matches("dist/").to_owned();
    let manifest = dist::manifest(&folder.join("dist"), &[name])?;
    write(folder, "dist/manifest.json", &manifest)?;
    for (path, text) in FILES {
        write(folder, path, text)?;
    }
    write(folder, ".github/workflows/bench.yml", &workflow())
}

const FILES: [(&str, &str); 5] = [
    ("actions/bare/action.yml", "runs: { using: node24, main: main.cjs }\n"),
    ("actions/bare/main.cjs", "process.exitCode = 0;\n"),
    (
        "actions/composite/action.yml",
        "runs: { using: composite, steps: [{ run: ':', shell: bash }] }\n",
    ),
    ("actions/launched/action.yml", "runs: { using: node24, main: main.cjs }\n"),
    ("actions/launched/main.cjs", "require('../../dist/launch.cjs')('--version', 'main');\n"),
];

fn workflow() -> String {
    let mut text = "on: push\njobs:\n  bench:\n    runs-on: ubuntu-latest\n    steps:\n".to_owned();
    // At this act copies the repository to where the steps are run.
    text += "      - uses: actions/checkout@v6\n";
    for (name, _) in std::iter::repeat_n(ACTIONS, ROUNDS).flatten() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "      - {{ name: {name}, uses: ./actions/{name} }}");
    }
    text
}

fn act(bin: &Path, folder: &Path) -> Command {
    let mut command = Command::new(bin.join("act"));
    command
        .args(["push", "--json", "--no-cache-server", "--use-gitignore=false"])
        .args(["--platform", "ubuntu-latest=-self-hosted"])
        .current_dir(folder.join("repository"))
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
        .env("HOME", folder.join("home"));
    command
}

/// The times of the steps by their names, the first round left out.
fn read(log: &str) -> Times {
    let mut times = Times::new();
    for entry in entries(log) {
        if let (Some(name), Some(nanoseconds), "Main") = (
            entry["step"].as_str(),
            entry["executionTime"].as_u64(),
            entry["stage"].as_str().unwrap_or_default(),
        ) {
            times.entry(name.to_owned()).or_default().push(Duration::from_nanos(nanoseconds));
        }
    }
    for of_one in times.values_mut() {
        of_one.remove(0);
    }
    times
}

fn entries(log: &str) -> impl Iterator<Item = Value> {
    log.lines().filter_map(|line| serde_json::from_str(line).ok())
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn ratio(time: Duration, bare: Duration) -> f64 {
    time.as_secs_f64() / bare.as_secs_f64()
}

fn shown(medians: &[Duration; 3]) -> String {
    let row = |((_, what), time): (&(&str, &str), &Duration)| {
        let milliseconds = time.as_secs_f64() * 1000.0;
        [
            (*what).to_owned(),
            format!("{milliseconds:.0} ms"),
            format!("{:.2}", ratio(*time, medians[0])),
        ]
    };
    let rows: Vec<[String; 3]> = ACTIONS.iter().zip(medians).map(row).collect();
    table(["action", "median", "times bare"], &rows)
}

fn write(folder: &Path, path: &str, text: &str) -> Result<(), Failure> {
    let path = parent(folder.join(path))?;
    fs::write(&path, text).map_err(Failure::path("writing", &path))
}

/// Makes the folder that `path` is to be in.
fn parent(path: PathBuf) -> Result<PathBuf, Failure> {
    let folder = path.parent().unwrap_or(&path);
    fs::create_dir_all(folder).map_err(Failure::path("making", folder))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_round_does_not_count() {
        let line = |time: u64| json!({ "step": "bare", "stage": "Main", "executionTime": time });
        let other = json!({ "step": "bare", "stage": "Post", "executionTime": 1 });
        let log = format!("{}\n{other}\nno json\n{}\n{}\n", line(900), line(30), line(20));
        assert_eq!(read(&log)["bare"], [Duration::from_nanos(30), Duration::from_nanos(20)]);
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        let times = [5, 1, 900].map(Duration::from_millis);
        assert_eq!(median(&times), Duration::from_millis(5));
    }
}
