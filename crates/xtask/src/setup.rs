//! `./x setup`: installs the packages that are missing, after saying which and why.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::failure::Failure;
use crate::packages::{self, Package, Purpose, State};
use crate::process;
use crate::progress::{self, Task};

/// Makes sure that everything `purpose` needs is installed.
pub(crate) fn run(purpose: Purpose) -> Result<(), Failure> {
    let needed: Vec<&Package> = packages::needed(purpose).collect();
    if !missing(&needed, &policy(&needed)?).is_empty() {
        install(&needed)?;
    }
    anstream::eprintln!("   {} packages are there", needed.len());
    Ok(())
}

/// Installs `needed`, reading the archive's index first where it is not known what can be had.
pub(crate) fn install(needed: &[&Package]) -> Result<(), Failure> {
    let mut states = policy(needed)?;
    let fresh = needed.iter().any(|package| packages::resolve(package, &states).is_none());
    if fresh {
        apt_get("reading the package index", &["update"])?;
        states = policy(needed)?;
    }
    let missing = missing(needed, &states);
    for (name, package) in &missing {
        anstream::eprintln!("   missing: {name} ({})", package.why);
    }
    let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
    let first = apt_install(&names);
    if first.is_ok() || fresh {
        return first;
    }
    // A stale index names packages that the mirror has no more.
    apt_get("reading the package index anew", &["update"])?;
    apt_install(&names)
}

/// What is not installed, by the name it has here; apt itself says it best when there is none.
fn missing<'a>(
    needed: &[&'a Package],
    states: &BTreeMap<String, State>,
) -> Vec<(&'static str, &'a Package)> {
    let name = |package: &Package| match packages::resolve(package, states) {
        Some((_, State::Installed)) => None,
        Some((name, State::Available)) => Some(name),
        None => package.names.last().copied(),
    };
    needed.iter().filter_map(|package| Some((name(package)?, *package))).collect()
}

fn policy(needed: &[&Package]) -> Result<BTreeMap<String, State>, Failure> {
    let names = needed.iter().flat_map(|package| package.names);
    let text =
        process::output(Command::new("apt-cache").arg("policy").args(names).env("LC_ALL", "C"))
            .map_err(|failure| {
                failure.hint(
                    "`./x` sets up Debian and Ubuntu; elsewhere install QEMU by hand and use cargo",
                )
            })?;
    Ok(packages::read_policy(&text))
}

fn apt_install(names: &[&str]) -> Result<(), Failure> {
    let arguments = ["install", "--yes", "--no-install-recommends"];
    let step = format!("installing {} packages", names.len());
    apt_get(&step, &[arguments.as_slice(), names].concat())
}

fn apt_get(step: &str, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = as_root("apt-get")?;
    command.args(arguments);
    let work = |steps: &progress::Steps| {
        steps.now(step);
        process::output(&mut command)
    };
    progress::all(vec![Task::new("apt-get", work)], |_| "done".into()).map(drop)
}

/// `program` as root with debconf kept from asking: directly, or through sudo.
fn as_root(program: &str) -> Result<Command, Failure> {
    if is_root() {
        let mut command = Command::new(program);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        return Ok(command);
    }
    if process::captured(Command::new("sudo").arg("--version")).is_err() {
        return Err(Failure::user("packages are missing, and you are not root and have no `sudo`")
            .hint("run `./x setup` as root once"));
    }
    let mut command = Command::new("sudo");
    command.args(["env", "DEBIAN_FRONTEND=noninteractive", program]);
    Ok(command)
}

/// Whether this process acts as root.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}
