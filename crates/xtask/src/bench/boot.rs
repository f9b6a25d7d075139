//! `./x bench boot`: a boot with its verdict against bare QEMU with the same arguments, and the judge's own latency.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anstream::println;

use crate::failure::Failure;
use crate::{cargo, guests, process, project};

/// How often each is booted; odd, so that one is in the middle.
const ROUNDS: usize = 11;

/// Boots by turns, so that whatever else the machine does falls on all alike.
pub(crate) fn run() -> Result<(), Failure> {
    cargo::run(&["build", "--release", "--quiet", "-p", "bootgate"])?;
    guests::run()?;
    let folder = project::root().join("target/bench");
    fs::create_dir_all(&folder).map_err(|error| Failure::host(error.to_string()))?;
    let [plain, fast] =
        [("plain", false), ("fast", true)].map(|(name, fast)| spec(&folder, name, fast));
    let (plain, fast) = (plain?, fast?);
    let bare = bare(&plain)?;
    let (mut alone, mut judged, mut quick) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(timed(&mut bare_command(&bare))?);
        judged.push(timed(&mut judged_command(&plain, &folder))?);
        quick.push(timed(&mut judged_command(&fast, &folder))?);
    }
    let [alone, judged, quick] = [alone, judged, quick].map(median);
    println!("x86_64, start to verdict, median of {ROUNDS} boots by turns under TCG:");
    println!("  bare QEMU           {:>7.3} s", alone.as_secs_f64());
    println!(
        "  bootgate            {:>7.3} s, ratio {:.3}",
        judged.as_secs_f64(),
        ratio(judged, alone)
    );
    println!(
        "  bootgate, fast boot {:>7.3} s, ratio {:.3}",
        quick.as_secs_f64(),
        ratio(quick, alone)
    );
    Ok(())
}

fn spec(folder: &Path, name: &str, fast: bool) -> Result<PathBuf, Failure> {
    let guest = project::guests().join("x86_64");
    let text = format!(
        "machine:\n  qemu:\n    arch: x86_64\n    accel: tcg\n    fast-boot: {fast}\n    kernel: {0}/kernel\n    \
         initrd: {0}/initrd\n    append: console=ttyS0\npass: \"^ALL TESTS PASSED$\"\n",
        guest.display()
    );
    let path = folder.join(name).with_extension("yaml");
    fs::write(&path, text).map_err(|error| Failure::host(error.to_string()))?;
    Ok(path)
}

/// QEMU's own command line, as bootgate says it.
fn bare(spec: &Path) -> Result<String, Failure> {
    let mut command = Command::new(project::bootgate());
    command.args(["run-vm-test", "--dry-run", "--spec"]).arg(spec);
    let output = command.output().map_err(|error| process::not_started(&command, &error))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn bare_command(line: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("exec {line}")]);
    command
}

fn judged_command(spec: &Path, folder: &Path) -> Command {
    let mut command = Command::new(project::bootgate());
    command
        .args(["run-vm-test", "--spec"])
        .arg(spec)
        .arg("--evidence-path")
        .arg(folder.join("evidence"));
    command
}

fn timed(command: &mut Command) -> Result<Duration, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begin = Instant::now();
    let status = command.status().map_err(|error| process::not_started(command, &error))?;
    match status.success() {
        true => Ok(begin.elapsed()),
        false => Err(Failure::check(format!("a boot ended with {status}"))),
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}
